public import RouterCore

/// `tcp.stream`: a port of its own for every stream, for players of plain TCP and of HTTP.
public enum TCPStream: NodeDefinition {
  public static let type = "tcp.stream"
  public static let summary =
    "Opens a port for each stream: who connects and says nothing gets the sound, who sends GET gets it behind HTTP fields."

  /// What PCM looks like on the wire.
  public enum Container: String, OptionValue, CaseIterable { case wav, raw }

  /// The options of ``TCPStream``. All are live: ports, host and format hold for streams that come from then on.
  public struct Config: ListeningConfiguration {
    /// Only `allow` and `limits` are used; the port is each stream's own.
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 0))
    var host = "0.0.0.0"
    var firstPort = 420
    var fallbackPort = 9420
    var portCount = 100
    var format = Container.wav
    var bufferSeconds = 2.0
    var maxListeners = 100
    var whenFull = FeedSettings.WhenFull.skip

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("host", \.host, live: true, "Address to listen on; 0.0.0.0 for all. For streams from now on."),
        Option(
          "firstPort", \.firstPort, 1...65_535, live: true,
          "Port of the first stream; the next ones get the next that can be bound."),
        Option(
          "fallbackPort", \.fallbackPort, 1...65_535, live: true,
          "First port instead, where the router may not bind the first: below 1024 that takes a permission."),
        Option("portCount", \.portCount, 1...1_000, live: true, "Ports to choose from, so also streams at a time."),
        Option(
          "format", \.format, live: true,
          "PCM as WAV without end, or raw: s16le without a head. MP3 and Ogg Opus go out as they come."),
        Option("bufferSeconds", \.bufferSeconds, 0.1...60, unit: "s", live: true, "How far a listener may lag behind."),
        Option(
          "maxListeners", \.maxListeners, 1...10_000, live: true,
          "Listeners of one stream at a time; more are answered 503, and hung up on without HTTP."),
        Option(
          "whenFull", \.whenFull, live: true,
          "What happens to a listener that lags further. skip: it goes on at the newest sound. disconnect: it is cut off."
        ),
      ] + listenerOptions(defaultPort: 420).filter { ["allow", "limits"].contains($0.name) }
    }

    public func check() -> [Problem] {
      var problems: [Problem] = []
      for (name, first) in [("firstPort", firstPort), ("fallbackPort", fallbackPort)] where first + portCount > 65_536 {
        let message = "\(portCount) ports from \(first) on end behind 65535"
        problems.append(Problem(path: name, message: message, hint: "set a lower \"portCount\""))
      }
      return problems
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", codecs: [.pcm, .mp3, .opus], "Streams to be heard: PCM, MP3 or Ogg Opus."),
      .eventOut("service", ServiceEvent.self, "Each stream's port while it is open, for avahi.advertiser and others."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    TCPStreamNode(config: config, context: context)
  }
}
