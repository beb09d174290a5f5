public import RouterCore

/// `alsa.sink`: a sound card.
public enum AlsaSink: NodeDefinition {
  public static let type = "alsa.sink"
  public static let summary = """
    Plays sound on a sound card; streams that arrive together are mixed. Each stream is delayed just enough to survive \
    the way it arrives. Without its card the node waits for it; after 30 s of silence the card rests, still open.
    """
  public static let traits: NodeTraits = [.soundDevice, .exclusive]

  public static func ports(for config: AlsaSinkConfig) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate and channel count; converted to what the card can do."),
      .eventIn("volume", VolumeEvent.self, "How loud the speaker is to be; remembered across restarts."),
      .eventOut("volumeState", VolumeEvent.self, "How loud the speaker is."),
    ]
  }

  public static func claims(of config: AlsaSinkConfig) -> [Claim] { [.device(config.device)] }

  public static func choices() -> [String: [String]] { ["device": AlsaDevices.names()] }

  public static func make(_ config: AlsaSinkConfig, _ context: NodeContext) -> any Node {
    AlsaSinkNode(config, context)
  }
}

/// The options of `alsa.sink`.
public struct AlsaSinkConfig: Configuration {
  var device = "default"
  var latencyMs = 200
  var combine = Combination.mix
  var periodMs = 10
  var mixer = OrFalse.on(MixerChoice.auto)

  public init() {}

  public static let options: [Option<AlsaSinkConfig>] = [
    Option("device", \.device, "Name of the card as alsa-lib knows it: \"default\", \"hw:CARD=Headphones\""),
    Option(
      "latencyMs", \.latencyMs, 20...2000, unit: "ms", live: true,
      "Longest delay a stream may build up to survive an uneven network; the delay in use is as short as possible"),
    Option(
      "combine", \.combine, live: true,
      "Streams that arrive together: \"mix\" plays all, \"newest\" plays the last that began"),
    Option(
      "periodMs", \.periodMs, 2...100, unit: "ms",
      "Wished time between two wake-ups of the card; short is less delay, long is less work"),
    Option(
      "mixer", \.mixer, live: true,
      "Control on the card that volume events move: its name, or \"auto\" for Master, PCM and the like; else software does"
    ),
  ]
}
