/// `meter`: how loud it is.
public enum Meter: NodeDefinition {
  public struct Config: Configuration {
    /// Length of one measurement in milliseconds.
    public var intervalMs = 100
    public init() {}
    public static var options: [Option<Config>] {
      [
        Option(
          "intervalMs", \.intervalMs, 50...10_000, unit: "ms", live: true,
          "Length of one measurement; at most 20 levels a second leave.")
      ]
    }
  }

  public static let type = "meter"
  public static let summary = "Measures peak and RMS of every channel; the sound passes bit for bit."

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate and channels."),
      .audioOut("audio", "The same sound."),
      .eventOut("levels", LevelsEvent.self, "Peak and RMS per channel of each stream; withdrawn at its end."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { MeterNode(config, context) }
}
