/// `event.log`: events as lines of the log.
public enum EventLog: NodeDefinition {
  public struct Config: Configuration {
    public var level = LogLevel.info
    public init() {}
    public static var options: [Option<Config>] {
      [Option("level", \.level, live: true, "Level of the lines: a line below the node's log level is not written.")]
    }
  }

  public static let type = "event.log"
  public static let summary = "Writes every event that arrives as a line of the log."

  public static func ports(for config: Config) -> [Port] {
    [Port("events", .input, .anyEvent, help: "Events of any payload.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    EventLogNode(config, context.log)
  }
}
