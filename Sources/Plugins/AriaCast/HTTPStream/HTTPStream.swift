public import RouterCore

/// `http.stream`: one live body for any player, as endless WAV, as MP3 or as Opus in Ogg.
public enum HTTPStream: NodeDefinition {
  public static let type = "http.stream"
  public static let summary =
    "The newest stream as a live body for any player: WAV or MP3, and silence while nobody sends; or Opus in Ogg, whose "
    + "body lasts as long as its stream."

  /// What the body is.
  public enum Container: String, OptionValue, CaseIterable { case auto, wav, mp3, ogg }

  /// The options of ``HTTPStream``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8090))
    var path = "/stream.wav"
    var container = Container.auto
    /// Empty: the node's label.
    var name = ""
    var sampleRate = 48_000
    var channels = 2
    var bufferSeconds = 2.0
    var maxListeners = 2_000
    var whenFull = FeedSettings.WhenFull.skip

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(defaultPort: 8090) + [
        Option("path", \.path, live: true, "Path of the body; begins with a slash."),
        Option(
          "container", \.container,
          "wav: takes PCM. mp3: takes MP3 as it comes; put mp3.encoder in front. ogg: Opus, of opus.encoder. auto: mp3 if the "
            + "path ends in .mp3, ogg if it ends in .ogg or .opus."),
        Option("name", \.name, live: true, "What players show as the name of the station; the node's label if empty."),
        Option(
          "sampleRate", \.sampleRate, 8_000...192_000, unit: "Hz",
          "Rate of the body; PCM of another rate is converted, MP3 of another rate is refused. Opus has 48000."),
        Option(
          "channels", \.channels, 1...8,
          "Channels of the body, 16 bit each as PCM; streams of another count are converted, MP3 is refused."),
        Option("bufferSeconds", \.bufferSeconds, 0.1...60, unit: "s", live: true, "How far a player may lag behind."),
        Option("maxListeners", \.maxListeners, 1...100_000, live: true, "Players at a time; more are answered 503."),
        Option(
          "whenFull", \.whenFull, live: true,
          "What happens to a player that lags further. skip: it goes on at the newest sound. disconnect: it is cut off."
        ),
      ]
    }

    public func check() -> [Problem] {
      let isPath = path.hasPrefix("/") && !path.contains { "{}*?# ".contains($0) }
      var problems = isPath ? [] : [Problem(path: "path", message: "expected a path such as \"/stream.wav\"")]
      if isOgg, sampleRate != 48_000 {
        problems.append(Problem(path: "sampleRate", message: "expected 48000 for Opus, found \(sampleRate)"))
      }
      guard isMP3 else { return problems }
      if !MP3FrameHeader.sampleRates.contains(sampleRate) {
        problems.append(
          Problem(path: "sampleRate", message: "expected 32000, 44100 or 48000 for MP3, found \(sampleRate)"))
      }
      if channels > 2 {
        problems.append(Problem(path: "channels", message: "expected 1 or 2 for MP3, found \(channels)"))
      }
      return problems
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn(
        "audio", codecs: [config.format.codec],
        "What is heard: the newest stream. Put a mixer in front to hear several."),
      .eventIn("metadata", MetadataEvent.self, "What plays: told within the body to players that ask for it."),
    ]
  }

  public static var traits: NodeTraits { .oneStream }

  public static func claims(of config: Config) -> [Claim] {
    [.route(config.listener.listen, "GET \(config.path)")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    HTTPStreamNode(config: config, context: context)
  }
}
