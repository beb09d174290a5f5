public import RouterCore

/// `mp3.encoder`: PCM in, MP3 frames out.
public enum MP3Encoder: NodeDefinition {
  public static let type = "mp3.encoder"
  public static let summary =
    "Makes MP3 of each stream with LAME, on a worker thread; every frame can be decoded without those before it."

  /// How two channels share their bits.
  public enum Stereo: String, OptionValue, CaseIterable { case joint, separate }

  public struct Config: Configuration {
    var bitrateKbps = MP3Bitrate.kbps(MP3Bitrate.standard)
    var vbr = OrFalse<Int>.off
    /// 0 as it comes.
    var sampleRate = 48_000
    /// 0 as it comes.
    var channels = 2
    var stereo = Stereo.joint

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "bitrateKbps", \.bitrateKbps, unit: "kbit/s",
          "Bit rate of every frame. stream: what the stream's sender asked for, else 192. Not used with vbr."),
        Option(
          "vbr", \.vbr, "Variable bit rate by quality, 0 (best, about 245 kbit/s) to 9 (about 65); false: constant."),
        Option(
          "sampleRate", \.sampleRate, unit: "Hz",
          "32000, 44100 or 48000; streams of another rate are converted. 0: the lowest of them that loses nothing."),
        Option(
          "channels", \.channels, 0...2,
          "1 or 2; streams of another count are converted. 0: mono stays mono, everything else is stereo."),
        Option("stereo", \.stereo, "joint: left and right share bits where they are alike. separate: never."),
      ]
    }

    public func check() -> [Problem] {
      var problems: [Problem] = []
      if let quality = vbr.value, !(0...9).contains(quality) {
        problems.append(Problem(path: "vbr", message: "expected 0 to 9, or false, found \(quality)"))
      }
      if sampleRate != 0, !MP3FrameHeader.sampleRates.contains(sampleRate) {
        let message = "expected 32000, 44100, 48000, or 0, found \(sampleRate)"
        problems.append(
          Problem(path: "sampleRate", message: message, hint: "near it is \(MP3Settings.nearest(to: sampleRate))"))
      }
      return problems
    }

    /// For one stream.
    func settings(for format: StreamFormat, attributes: [String: String]) -> MP3Settings {
      MP3Settings(
        rate: vbr.value.map { .variable(quality: $0) } ?? .constant(bitrateKbps.resolved(attributes)),
        sampleRate: sampleRate == 0 ? MP3Settings.nearest(to: format.sampleRate) : sampleRate,
        channels: channels == 0 ? min(format.channels, 2) : channels, isJoint: stereo == .joint)
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate and channels."),
      .audioOut("audio", codecs: [.mp3], "MP3, one packet per frame of 1152 samples."),
    ]
  }

  public static var traits: NodeTraits { .worker }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    MP3EncoderNode(config: config, counters: MP3EncoderCounters(context.metrics))
  }
}
