public import RouterCore

/// `redis.sink`: events into a Redis server.
public enum RedisSink: NodeDefinition {
  public static let type = "redis.sink"
  public static let summary =
    "Writes events of any payload to Redis, as JSON: the newest under a key, to a channel, or into a stream. Goes on where "
    + "it was after the server was away."

  /// How events are written.
  public enum Mode: String, OptionValue, CaseIterable { case set, publish, stream }

  /// The options of ``RedisSink``.
  public struct Config: Configuration {
    var url = RedisURL.local
    var password: Secret?
    var authority: String?
    var key = KeyTemplate.source
    var mode = Mode.set
    var ttlSeconds: Int?
    var maxLength: Int?
    var whenWithdrawn = WhenWithdrawn.keep
    var queue = 10_000

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "url", \.url,
          "redis://[user@]host[:port][/database], or rediss:// for TLS, where the server's name is checked."),
        Option("password", \.password, secret: true, "Of the user in the URL, else of the server."),
        Option(
          "authority", \.authority, "PEM file with the authority of the server's certificate, beside the system's."),
        Option(
          "key", \.key,
          "Key, channel or stream. May hold \(KeyTemplate.placeholders); with {name}, a list of named records is written "
            + "record by record."),
        Option("mode", \.mode, "SET: only the newest counts. PUBLISH and XADD: each event counts."),
        Option(
          "ttlSeconds", \.ttlSeconds, 1...31_536_000, unit: "s",
          "Keys go so long after their last event; with set and stream. Else they stay."),
        Option("maxLength", \.maxLength, 1...100_000_000, "Entries a stream keeps, about; with stream. Else all."),
        Option(
          "whenWithdrawn", \.whenWithdrawn,
          "What happens when a state's source stops: the last value is kept, or the key deleted; to channels and streams "
            + "null is told then."),
        Option(
          "queue", \.queue, 1...1_000_000,
          "Events that wait while the server is away. Of one key only the newest waits with set; else the oldest go."),
      ]
    }

    public func check() -> [Problem] {
      var problems: [Problem] = []
      if ttlSeconds != nil, mode == .publish {
        problems.append(.warning("ttlSeconds", "channels keep nothing", hint: "leave it out with mode publish"))
      }
      if maxLength != nil, mode != .stream {
        problems.append(.warning("maxLength", "only streams have a length", hint: "leave it out, or take mode stream"))
      }
      return problems
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [Port("events", .input, .anyEvent, help: "Events of any payload.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { RedisSinkNode(config, context) }
}
