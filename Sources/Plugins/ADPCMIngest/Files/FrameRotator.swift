public import RouterCore

/// `frame.rotator`: streams into `.bin` files, frame by frame as microphones send them.
public enum FrameRotator: NodeDefinition {
  public static let type = "frame.rotator"
  public static let summary =
    "Records each stream into .bin files: every frame with its twelve bytes of head, IMA ADPCM or 16-bit PCM. A new file "
    + "every ten seconds; what was written survives crashes and full disks."

  /// The options of ``FrameRotator``.
  public struct Config: RecorderConfiguration {
    public var recorder = RecorderOptions()
    var handshakePrefix = false

    public init() {}

    public static var options: [Option<Config>] {
      recorderOptions + [
        Option(
          "handshakePrefix", \.handshakePrefix, live: true,
          "Begins each file with the 32 bytes of the sender's handshake, so that rate and channels are in it. For streams "
            + "that come from then on.")
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", codecs: [.imaADPCM, .pcm], "IMA ADPCM frames, or 16-bit PCM."),
      .eventOut("files", FileEvent.self, "Each finished file."),
    ]
  }

  public static var actions: [String] { ["rotate"] }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    RecorderNode(config, FrameRecorder.self, context)
  }
}

/// How `frame.rotator` records.
enum FrameRecorder: RecorderKind {
  static let ending = "bin"

  static func fillsGaps(_ config: FrameRotator.Config) -> Bool { false }

  static func layout(
    for request: StageRequest, _ config: FrameRotator.Config, _ settings: RecorderSettings
  ) throws(StageRefusal) -> FileLayout {
    let format = request.format
    let codec: IngestHandshake.Codec
    switch format.codec {
    case .imaADPCM: codec = .adpcm
    case .pcm where format.sample == .int16: codec = .pcm
    case .pcm: throw StageRefusal("a .bin file holds 16-bit samples; found \(format)")
    default: throw StageRefusal("a .bin file holds IMA ADPCM or PCM; found \(format)")
    }
    guard config.handshakePrefix else { return .frames(codec, prefix: []) }
    let given = request.offer.attributes[StreamFacts.handshake].flatMap { IngestHandshake(hex: $0) }
    // A source without one gets what it would have said.
    let handshake =
      given
      ?? IngestHandshake(
        stream: UInt32(truncatingIfNeeded: request.stream), sampleRate: format.sampleRate, channels: format.channels,
        codec: codec, frameSamples: 0, timestamp: UInt64(WallTime.now().seconds * 1000))
    return .frames(codec, prefix: handshake.bytes)
  }
}
