public import RouterCore

/// `adpcm.decoder`: frames of microphones in, PCM out.
public enum ADPCMDecoder: NodeDefinition {
  public static let type = "adpcm.decoder"
  public static let summary =
    "Makes 16-bit PCM of IMA ADPCM frames, each on its own; PCM passes as it is. A frame with an impossible header "
    + "becomes silence of its length."

  /// Which half of a byte is the earlier sample.
  public enum Order: String, OptionValue, CaseIterable { case high, low, auto }

  /// The options of ``ADPCMDecoder``.
  public struct Config: Configuration {
    var nibbleOrder = Order.high

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "nibbleOrder", \.nibbleOrder,
          "Which half of a byte is the earlier sample. high: bits 7 to 4, as audioop and RTP's DVI4 do. auto: high, until "
            + "two frames in a row show that their headers chain in the other order only. A sender that states its order "
            + "in the handshake is believed.")
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", codecs: [.imaADPCM, .pcm], "IMA ADPCM frames of one to eight channels, or PCM of any kind."),
      .audioOut("audio", "PCM: 16 bit of frames, else as it came."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    ADPCMDecoderNode(config: config, counters: ADPCMCounters(context.metrics))
  }
}
