/// One input of a mixer. The key it stands under is the name of its port.
public struct MixerInput: Configuration, OptionValue {
  public var gainDb = 0.0
  public var priority = false
  public var duckDb = 12.0

  public init() {}

  public static var options: [Option<MixerInput>] {
    [
      Option("gainDb", \.gainDb, -120...40, unit: "dB", live: true, "Amplification of this input."),
      Option(
        "priority", \.priority, live: true, "While this input is heard, the inputs without priority are lowered."),
      Option(
        "duckDb", \.duckDb, 0...120, unit: "dB", live: true, "By how much a priority input lowers the others."),
    ]
  }
}
