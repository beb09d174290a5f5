public import RouterCore

/// `browser.mic`: the microphone of any browser.
public enum BrowserMic: NodeDefinition {
  public static let type = "browser.mic"
  public static let summary =
    "A page that sends the microphone, a tab's sound or both from any browser, as PCM or Opus over WebSocket; each "
    + "browser is a stream, and the others may listen in. Plain HTTP serves this machine; HTTPS everybody else, since "
    + "browsers give no microphone to plain HTTP."

  /// The options of ``BrowserMic``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 6_969))
    var listenTls = OrFalse.on(PeerAddress(host: "0.0.0.0", port: 6_943))
    /// kb/s.
    var minBitrateKbps = 64
    /// kb/s.
    var maxBitrateKbps = 320
    /// Hz.
    var sampleRate = 44_100
    var channels = 2
    /// Frames.
    var chunkSize = 1_024
    var streamPort = 420
    var maxStreams = 100

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(
        defaultPort: 6_969,
        tokenHelp:
          "Lets one stop the streams of others; without one \"admin.token\" counts, without that they must be stopped "
          + "from this machine. Who began a stream may always stop it.") + [
          Option(
            "listenTls", \.listenTls,
            "Address for HTTPS, with a certificate of the router's own local CA (or that of \"tls\"); false for none: "
              + "then only browsers on this machine may use a microphone."),
          Option(
            "minBitrateKbps", \.minBitrateKbps, 6...510, unit: "kb/s", live: true, "Lowest bitrate a page may ask for."),
          Option(
            "maxBitrateKbps", \.maxBitrateKbps, 6...510, unit: "kb/s", live: true, "Highest bitrate a page may ask for."
          ),
          Option(
            "sampleRate", \.sampleRate, 8_000...192_000, unit: "Hz", live: true,
            "What /api/config tells older clients. Sound comes at the rate of each browser's device."),
          Option(
            "channels", \.channels, 1...2, live: true,
            "Channels the page asks a device for, and what /api/config tells."),
          Option(
            "chunkSize", \.chunkSize, 64...65_536, unit: "frames", live: true, "What /api/config tells older clients."),
          Option(
            "streamPort", \.streamPort, 1...65_535, live: true,
            "First port of a tcp.stream behind this node, as /api/config and the page tell it."),
          Option("maxStreams", \.maxStreams, 1...10_000, live: true, "Streams at once; more are refused."),
        ]
    }

    public func check() -> [Problem] {
      guard minBitrateKbps > maxBitrateKbps else { return [] }
      return [
        Problem(path: "minBitrateKbps", message: "is above maxBitrateKbps (\(minBitrateKbps) > \(maxBitrateKbps))")
      ]
    }

    /// The listener for HTTPS.
    var secure: ListenerSettings? {
      guard let address = listenTls.value else { return nil }
      var settings = listener
      settings.listen = address
      if settings.tls == .off { settings.tls = .auto }
      return settings
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioOut("audio", "Each browser's sound: 16-bit PCM at the rate of its device; Opus is decoded to 48 kHz."),
      .eventOut("levels", LevelsEvent.self, "How loud each browser is, five times a second."),
      .eventOut("service", ServiceEvent.self, "The page and the service, for mDNS and the UDP announcer."),
    ]
  }

  public static var actions: [String] { ["disconnect"] }

  public static func claims(of config: Config) -> [Claim] {
    [config.listener.listen, config.listenTls.value].compactMap { $0 }.flatMap { address in
      MicRoute.all.map { .route(address, $0) }
    }
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    BrowserMicNode(config: config, context: context)
  }
}

/// The paths of a `browser.mic`.
enum MicRoute {
  static let page = "/"
  static let files = "/static/{file}"
  static let streams = "/api/streams"
  static let config = "/api/config"
  static let network = "/api/network"
  static let health = "/health"
  static let events = "/api/events"
  static let start = "/api/stream/start"
  static let stop = "/api/stream/stop"
  static let level = "/api/audio/level"
  static let listen = "/listen/{stream}"
  static let socket = "/ws/audio-stream"

  /// As claims name them.
  static let all =
    [page, files, streams, config, network, health, events, listen, socket].map { "GET \($0)" }
    + [start, stop, level].map { "POST \($0)" }
}
