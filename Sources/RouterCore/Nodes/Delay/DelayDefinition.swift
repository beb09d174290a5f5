/// `delay`: the same sound, later.
public enum Delay: NodeDefinition {
  public struct Config: Configuration {
    public var delayMs = 100.0
    public init() {}
    public static var options: [Option<Config>] {
      [
        Option(
          "delayMs", \.delayMs, 0...10_000, unit: "ms",
          "How much later the sound leaves, rounded to whole frames; 0 passes packets as they are.")
      ]
    }
  }

  /// Most memory the line of one stream may take, in bytes.
  static let memoryLimit = 64 << 20

  public static let type = "delay"
  public static let summary =
    "Lets sound pass later: a stream begins with that much silence and ends with its last sound."

  public static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", "PCM of any rate and channels."), .audioOut("audio", "The same format.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { DelayNode(config) }
}
