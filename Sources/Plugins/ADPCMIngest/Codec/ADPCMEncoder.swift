public import RouterCore

/// `adpcm.encoder`: PCM in, IMA ADPCM frames out.
public enum ADPCMEncoder: NodeDefinition {
  public static let type = "adpcm.encoder"
  public static let summary =
    "Makes IMA ADPCM frames of PCM, a quarter of its size: per channel four bytes of state, then per channel its "
    + "samples; each frame can be decoded without those before it."

  /// Which half of a byte is the earlier sample.
  public enum Order: String, OptionValue, CaseIterable { case high, low }

  /// The options of ``ADPCMEncoder``.
  public struct Config: Configuration {
    /// Milliseconds.
    var frameMs = 20.0
    var nibbleOrder = Order.high

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "frameMs", \.frameMs, 1...1000, unit: "ms",
          "Sound in a frame; rounded down to an even number of samples, at least 2 and at most 65534."),
        Option(
          "nibbleOrder", \.nibbleOrder,
          "Which half of a byte is the earlier sample. high: bits 7 to 4, as all known senders and RTP's DVI4 do."),
      ]
    }

    /// Samples of each channel in a frame: even, so that every sample is sent.
    func frameSamples(at rate: Int) -> Int {
      min(max(Int(Double(rate) * frameMs / 1000) / 2 * 2, 2), 65_534)
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate, one to eight channels."),
      .audioOut("audio", codecs: [.imaADPCM], "IMA ADPCM, one packet per frame."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    ADPCMEncoderNode(
      config: config,
      frames: context.metrics.counter("router_adpcm_encoded_frames_total", "IMA ADPCM frames made of PCM"))
  }
}
