/// `gain`: louder, softer, silent.
public enum Gain: NodeDefinition {
  public struct Config: Configuration {
    /// Decibels; 0 passes every sample as it is.
    public var gainDb = 0.0
    public var mute = false
    public init() {}
    public static var options: [Option<Config>] {
      [
        Option(
          "gainDb", \.gainDb, -120...40, unit: "dB", live: true,
          "Amplification; 0 passes every sample bit for bit. A change glides over 20 ms."),
        Option("mute", \.mute, live: true, "Silence instead of sound; glides over 20 ms."),
      ]
    }

    /// The factor each sample is multiplied by.
    var factor: Float { mute ? 0 : Float(amplitude(decibels: gainDb)) }
  }

  public static let type = "gain"
  public static let summary = "Makes sound louder or softer, without a click while it plays; saturates at full scale."

  public static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", "PCM of any rate and channels."), .audioOut("audio", "The same format.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { GainNode(config) }
}
