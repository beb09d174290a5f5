public import RouterCore

/// `adpcm.ingest`: many microphones over WebSocket.
public enum MicrophoneIngest: NodeDefinition {
  public static let type = "adpcm.ingest"
  public static let summary =
    "Takes streams of microphones over WebSocket, PCM or IMA ADPCM, each with a handshake and numbered frames; holds a "
    + "sender while a recorder is behind its disk. Its page shows who sends."

  /// The options of ``MicrophoneIngest``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 5096))
    /// Seconds.
    var holdSeconds = 10.0
    var fillGaps = false
    /// Seconds.
    var handshakeSeconds = 30.0

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(defaultPort: 5096) + [
        Option(
          "holdSeconds", \.holdSeconds, 0...3600, unit: "s", live: true,
          "Longest time a sender is not read because a recorder has no room; then it is read on, and what the recorder "
            + "cannot take is dropped and counted there. 0 holds nobody."),
        Option(
          "fillGaps", \.fillGaps, live: true,
          "Puts silent frames in the place of frames that never came, by their numbers, so that files keep time; at most "
            + "10 s a gap. Without it a gap is marked and left to the nodes behind."),
        Option(
          "handshakeSeconds", \.handshakeSeconds, 0.1...86_400, unit: "s", live: true,
          "A connection that has sent no handshake after this time is closed with 1008."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioOut(
        "audio", codecs: [.pcm, .imaADPCM],
        "Each microphone's stream as it is sent: 16-bit PCM, or IMA ADPCM frames; one packet per frame."),
      .eventIn("files", FileEvent.self, "Files that recorders have finished, for the page."),
    ]
  }

  public static var actions: [String] { ["disconnect"] }

  public static func claims(of config: Config) -> [Claim] {
    IngestRoute.all.map { .route(config.listener.listen, $0) }
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    MicrophoneIngestNode(config: config, context: context)
  }
}

/// The paths of an `adpcm.ingest`.
enum IngestRoute {
  static let page = "/"
  static let files = "/page/{file}"
  static let list = "/api/microphones"
  static let listen = "/listen/{stream}"
  static let socket = "/ws"
  static let named = "/ws/{hwid}"
  static let socketEcho = "/ws/echo"
  static let echo = "/echo"

  /// As claims name them.
  static let all =
    [page, files, list, listen, socket, named, socketEcho].map { "GET \($0)" } + ["POST \(echo)"]
}
