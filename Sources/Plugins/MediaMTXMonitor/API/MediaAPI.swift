public import RouterCore

/// `mediamtx.api`: the streams over HTTP, WebSocket and Prometheus, and the page.
public enum MediaAPI: NodeDefinition {
  public static let type = "mediamtx.api"
  public static let summary =
    "Tells the streams of a MediaMTX server over REST, WebSocket and Prometheus, says how old its data is, and serves "
    + "the monitor's page."

  /// The options of ``MediaAPI``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8000))
    var preview = ""
    var from = RecordSource.links
    var redis = RedisURL.local
    var redisPassword: Secret?
    var redisAuthority: String?
    var redisKey = "mediamtx:streams:latest"
    /// Milliseconds.
    var intervalMs = 2000

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(defaultPort: 8000) + [
        Option(
          "preview", \.preview, live: true,
          "Where the page finds a stream's picture, {name} in place of its name: "
            + "\"http://media:8889/{name}/\" is MediaMTX's own player. Without it there are no previews."),
        Option(
          "from", \.from, live: true,
          "Where the records come from: the port streams, or a key in Redis, so that several pages and hosts share one "
            + "collector."),
        Option("redis", \.redis, live: true, "With from redis: the server, redis:// or rediss:// for TLS."),
        Option(
          "redisPassword", \.redisPassword, live: true, "With from redis: of the user in the URL, else of the server."),
        Option(
          "redisAuthority", \.redisAuthority, live: true,
          "With from redis: PEM file with the authority of its certificate."),
        Option("redisKey", \.redisKey, live: true, "With from redis: the key a redis.sink writes."),
        Option(
          "intervalMs", \.intervalMs, 100...3_600_000, unit: "ms", live: true,
          "With from redis: time from reading to reading; after three times this data counts as old."),
      ]
    }

    public func check() -> [Problem] {
      let isAddress = preview.hasPrefix("http://") || preview.hasPrefix("https://")
      guard !preview.isEmpty, !isAddress || !preview.contains("{name}") else { return [] }
      return [
        Problem(path: "preview", message: "expected an address that begins with http:// or https:// and holds {name}")
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("streams", StreamsEvent.self, "All streams, of a mediamtx.aggregator."),
      .eventIn("changes", StreamChangeEvent.self, "What happened to them, for the list of events."),
      .eventIn("server", MediaServerEvent.self, "How the server is."),
      Port(
        "alerts", .input, .anyEvent, help: "Alerts, of a mediamtx.alerts: each as it comes and goes, or all that hold."),
      Port("host", .input, .anyEvent, help: "How the machine is, of a host.metrics."),
    ]
  }

  public static func claims(of config: Config) -> [Claim] {
    MonitorRoute.all.map { .route(config.listener.listen, "GET \($0)") }
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    MediaAPINode(config, context)
  }
}

/// The paths of a `mediamtx.api`.
enum MonitorRoute {
  static let page = "/"
  static let files = "/page/{file}"
  static let latest = "/api/streams/latest"
  static let streams = "/api/streams"
  static let stream = "/api/streams/*"
  static let history = "/api/history"
  static let health = "/api/health"
  static let events = "/api/events"
  static let settings = "/api/settings"
  static let socket = "/ws"
  static let metrics = "/metrics"

  static let all = [page, files, latest, streams, stream, history, health, events, settings, socket, metrics]
}
