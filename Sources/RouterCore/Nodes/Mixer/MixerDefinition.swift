/// `mixer`: many streams to one.
public enum Mixer: NodeDefinition {
  public struct Config: Configuration {
    public var inputs = OptionMap<MixerInput>()
    public var sampleRate = 48_000
    public var channels = 2
    /// Largest delay of the jitter buffers, in milliseconds.
    public var latencyMs = 200
    /// RMS of 20 ms from which a priority input counts as heard.
    public var thresholdDb = -40.0
    public var attackMs = 50
    public var holdMs = 300
    public var releaseMs = 600
    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "inputs", \.inputs, live: true,
          "One input port per name, with gainDb (0), priority (false) and duckDb (12). Without any: the port audio."),
        Option("sampleRate", \.sampleRate, 1_000...768_000, unit: "Hz", "Frames per second of the mixture."),
        Option("channels", \.channels, 1...32, "Channels of the mixture."),
        Option(
          "latencyMs", \.latencyMs, 20...10_000, unit: "ms",
          "Largest delay of the buffer that each stream has against the jitter of its network."),
        Option(
          "thresholdDb", \.thresholdDb, -120...0, unit: "dB", live: true,
          "RMS level from which a priority input is heard and lowers the others."),
        Option(
          "attackMs", \.attackMs, 0...10_000, unit: "ms", live: true,
          "Time in which the others are lowered, in steps of 20 ms."),
        Option(
          "holdMs", \.holdMs, 0...60_000, unit: "ms", live: true,
          "How long the others stay lowered after the last loud moment of a priority input."),
        Option(
          "releaseMs", \.releaseMs, 0...60_000, unit: "ms", live: true, "Time in which the others come back."),
      ]
    }

    /// The inputs, or the one that a mixer without any has.
    var effectiveInputs: [OptionMap<MixerInput>.Entry] {
      inputs.entries.isEmpty ? [.init("audio", MixerInput())] : inputs.entries
    }
    var format: StreamFormat { StreamFormat(sampleRate: sampleRate, channels: channels) }

    public func check() -> [Problem] {
      guard !inputs.entries.isEmpty, inputs.entries.allSatisfy(\.value.priority) else { return [] }
      return [
        Problem(
          .warning, path: "inputs", message: "every input has priority, so none is ever lowered",
          hint: "take priority from the inputs that shall become softer")
      ]
    }
  }

  public static let type = "mixer"
  public static let summary =
    "Mixes any number of streams to one; while a priority input is heard, the others are lowered."

  public static let traits = NodeTraits.mixes

  public static func ports(for config: Config) -> [Port] {
    config.effectiveInputs.map { .audioIn($0.name, "PCM of any rate and channels, any number of streams.") } + [
      .audioOut("audio", "One stream of PCM s16le, also while nothing is heard.")
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { MixerNode(config, context) }
}
