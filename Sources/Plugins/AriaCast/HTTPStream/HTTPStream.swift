public import RouterCore

extension FeedSettings.WhenFull: OptionValue {}

/// `http.stream`: one live body for any player, as endless WAV.
public enum HTTPStream: NodeDefinition {
  public static let type = "http.stream"
  public static let summary =
    "The newest stream as an endless WAV file for any player, and silence while nobody sends."

  /// The options of ``HTTPStream``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8090))
    var path = "/stream.wav"
    var sampleRate = 48_000
    var channels = 2
    var bufferSeconds = 2.0
    var maxListeners = 2_000
    var whenFull = FeedSettings.WhenFull.skip

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(defaultPort: 8090) + [
        Option("path", \.path, "Path of the body; begins with a slash."),
        Option(
          "sampleRate", \.sampleRate, 8_000...192_000, unit: "Hz",
          "Rate of the body; streams of another rate are converted."),
        Option(
          "channels", \.channels, 1...8, "Channels of the body, 16 bit each; streams of another count are converted."),
        Option("bufferSeconds", \.bufferSeconds, 0.1...60, unit: "s", "How far a player may lag behind."),
        Option("maxListeners", \.maxListeners, 1...100_000, "Players at a time; more are answered 503."),
        Option(
          "whenFull", \.whenFull,
          "What happens to a player that lags further. skip: it goes on at the newest sound. disconnect: it is cut off."
        ),
      ]
    }

    public func check() -> [Problem] {
      let isPath = path.hasPrefix("/") && !path.contains { "{}*?# ".contains($0) }
      return isPath ? [] : [Problem(path: "path", message: "expected a path such as \"/stream.wav\"")]
    }

    /// Of the body.
    var format: StreamFormat { StreamFormat(sampleRate: sampleRate, channels: channels, sample: .int16) }

    var feed: FeedSettings {
      let bytes = Int(bufferSeconds * Double(sampleRate)) * format.bytesPerFrame
      return FeedSettings(
        opening: EndlessWAV.head(for: format), capacity: max(bytes, 16 << 10), maxListeners: maxListeners,
        whenFull: whenFull, alignment: format.bytesPerFrame)
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", "What is heard: the newest stream. Put a mixer in front to hear several.")]
  }

  public static var traits: NodeTraits { .oneStream }

  public static func claims(of config: Config) -> [Claim] {
    [.route(config.listener.listen, "GET \(config.path)")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    HTTPStreamNode(config: config, context: context)
  }
}
