public import RouterCore

/// `opus.encoder`: PCM in, Opus in Ogg out.
public enum OpusEncoder: NodeDefinition {
  public static let type = "opus.encoder"
  public static let summary =
    "Makes Opus in Ogg of each stream with libopus, on a worker thread; who comes late gets the heads first."

  public struct Config: Configuration {
    var bitrateKbps = OpusBitrate.kbps(OpusBitrate.standard)
    /// 0 as it comes.
    var channels = 0
    var complexity = 9
    var pageMs = 20

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "bitrateKbps", \.bitrateKbps, unit: "kbit/s",
          "Average bit rate. stream: what the stream's sender asked for, else 192."),
        Option(
          "channels", \.channels, 0...2,
          "1 or 2; streams of another count are converted. 0: mono stays mono, everything else is stereo."),
        Option("complexity", \.complexity, 0...10, "Work spent on each packet: 10 sounds best, 0 is quickest."),
        Option(
          "pageMs", \.pageMs, 20...500, unit: "ms",
          "Sound in one Ogg page, rounded down to whole packets of 20 ms: more is less overhead and more delay."),
      ]
    }

    /// For one stream.
    func settings(for format: StreamFormat, attributes: [String: String]) -> OpusSettings {
      OpusSettings(
        kbps: bitrateKbps.resolved(attributes), channels: channels == 0 ? min(format.channels, 2) : channels,
        complexity: complexity, packetsPerPage: pageMs / 20)
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate and channels."),
      .audioOut("audio", codecs: [.opus], "Opus in Ogg, 48 kHz, one packet per page."),
    ]
  }

  public static var traits: NodeTraits { .worker }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    OpusEncoderNode(config: config, counters: OpusEncoderCounters(context.metrics))
  }
}
