/// `resample`: another rate, other channels, another sample type.
public enum Resample: NodeDefinition {
  /// How samples leave.
  public enum Sample: String, OptionValue, CaseIterable {
    case asItComes = "as-it-comes"
    case int16 = "s16le"
    case float32 = "f32le"

    fileprivate var type: SampleType? { SampleType(rawValue: rawValue) }
  }

  public struct Config: Configuration {
    /// Frames per second; 0 as it comes.
    public var sampleRate = 48_000
    /// 0 as it comes.
    public var channels = 0
    public var sample = Sample.asItComes
    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("sampleRate", \.sampleRate, 0...768_000, unit: "Hz", "Frames per second; 0: as it comes."),
        Option(
          "channels", \.channels, 0...32,
          "0: as it comes. Mono goes to the first two channels; too many channels are averaged, none is lost."),
        Option("sample", \.sample, "How a sample is stored."),
      ]
    }

    public func check() -> [Problem] {
      if sampleRate == 0 || sampleRate >= 1_000 { return [] }
      return [Problem(path: "sampleRate", message: "expected 0 or 1000 to 768000")]
    }

    func output(for input: StreamFormat) -> StreamFormat {
      StreamFormat(
        sampleRate: sampleRate == 0 ? input.sampleRate : sampleRate,
        channels: channels == 0 ? input.channels : channels,
        sample: sample.type ?? input.sample)
    }
  }

  public static let type = "resample"
  public static let summary =
    "Changes sample rate, channels and sample type; a stream that fits already passes bit for bit."

  public static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", "PCM of any rate and channels."), .audioOut("audio", "PCM as the options say.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { ResampleNode(config) }
}
