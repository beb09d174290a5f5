/// `tone`: a test signal.
public enum Tone: NodeDefinition {
  public enum Waveform: String, OptionValue, CaseIterable {
    case sine, noise, sweep, silence
  }

  public struct Config: Configuration {
    public var frequencyHz = 440.0
    /// Peak, decibels below full scale.
    public var levelDb = -18.0
    public var waveform = Waveform.sine
    public var sampleRate = 48_000
    public var channels = 2
    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("frequencyHz", \.frequencyHz, 1...100_000, unit: "Hz", live: true, "Frequency of the sine."),
        Option("levelDb", \.levelDb, -120...0, unit: "dB", live: true, "Peak level; 0 is full scale."),
        Option(
          "waveform", \.waveform, live: true,
          "sine; noise: white, another in each channel; sweep: 20 Hz to 20 kHz (at most 45 % of sampleRate) in 10 s, again and again; silence."
        ),
        Option("sampleRate", \.sampleRate, 1_000...768_000, unit: "Hz", "Frames per second."),
        Option("channels", \.channels, 1...32, "Channels."),
      ]
    }

    public func check() -> [Problem] {
      if frequencyHz * 2 < Double(sampleRate) { return [] }
      return [
        Problem(
          path: "frequencyHz", message: "expected less than half of sampleRate (\(sampleRate))",
          hint: "lower frequencyHz or raise sampleRate")
      ]
    }

    var format: StreamFormat { StreamFormat(sampleRate: sampleRate, channels: channels) }
  }

  public static let type = "tone"
  public static let summary = "Plays a test signal as long as it runs: sine, noise, sweep or silence."

  public static func ports(for config: Config) -> [Port] { [.audioOut("audio", "PCM s16le in packets of 20 ms.")] }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { ToneNode(config, context) }
}
