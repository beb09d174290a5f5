public import RouterCore

/// `alsa.source`: what a sound card records.
public enum AlsaSource: NodeDefinition {
  public static let type = "alsa.source"
  public static let summary = """
    Records from a sound card: a microphone, a line input. One stream while the card is there; without its card the node \
    waits for it. What the card lost is told as a gap.
    """
  public static let traits: NodeTraits = [.soundDevice, .exclusive]

  public static func ports(for config: AlsaSourceConfig) -> [Port] {
    [.audioOut("audio", "PCM as the card gives it: 16 bits, or floats where it has more.")]
  }

  public static func claims(of config: AlsaSourceConfig) -> [Claim] { [.device("capture " + config.device)] }

  public static func choices() -> [String: [String]] { ["device": AlsaDevices.names(.recording)] }

  public static func make(_ config: AlsaSourceConfig, _ context: NodeContext) -> any Node {
    AlsaSourceNode(config, context)
  }
}

/// The options of `alsa.source`.
public struct AlsaSourceConfig: Configuration {
  var device = "default"
  var sampleRate = 48_000
  var channels = 2
  var periodMs = 10

  public init() {}

  public static let options: [Option<AlsaSourceConfig>] = [
    Option("device", \.device, "Name of the card as alsa-lib knows it: \"default\", \"hw:CARD=Microphone\""),
    Option(
      "sampleRate", \.sampleRate, 8000...192_000, unit: "Hz", "Wished sample rate; the card may choose the nearest"),
    Option("channels", \.channels, 1...32, "Wished channels; the card may choose the nearest"),
    Option(
      "periodMs", \.periodMs, 2...100, unit: "ms",
      "Wished time between two packets; short is less delay, long is less work"),
  ]
}
