/// `null`: the end of a link nobody listens to.
public enum Null: NodeDefinition {
  public struct Config: Configuration {
    public init() {}
    public static var options: [Option<Config>] { [] }
  }

  public static let type = "null"
  public static let summary = "Counts what arrives and throws it away."

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn(codecs: [], "Any sound, of any codec."),
      Port("events", .input, .anyEvent, help: "Events of any payload."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { NullNode(context.metrics) }
}
