public import RouterCore

/// `wav.rotator`: streams into WAV files.
public enum WAVRotator: NodeDefinition {
  public static let type = "wav.rotator"
  public static let summary =
    "Records each stream into WAV files of its own rate and channels; a new file every ten seconds. A file can be played "
    + "while it is written, survives crashes and full disks, and may grow beyond 4 GiB (RF64)."

  /// The options of ``WAVRotator``.
  public struct Config: RecorderConfiguration {
    public var recorder = RecorderOptions()
    var fillGaps = false

    public init() {}

    public static var options: [Option<Config>] {
      recorderOptions + [
        Option(
          "fillGaps", \.fillGaps, live: true,
          "Puts silence in the place of frames that never came, so that files keep time. Without it they are shorter.")
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate, one to eight channels, 16 bit or float."),
      .eventOut("files", FileEvent.self, "Each finished file."),
    ]
  }

  public static var actions: [String] { ["rotate"] }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    RecorderNode(config, WAVRecorder.self, context)
  }
}

/// How `wav.rotator` records.
enum WAVRecorder: RecorderKind {
  static let ending = "wav"

  static func fillsGaps(_ config: WAVRotator.Config) -> Bool { config.fillGaps }

  static func layout(
    for request: StageRequest, _ config: WAVRotator.Config, _ settings: RecorderSettings
  ) throws(StageRefusal) -> FileLayout {
    let format = request.format
    guard format.codec == .pcm else {
      throw StageRefusal(
        "a WAV file holds PCM; found \(format)", bridge: format.codec == .imaADPCM ? ADPCMDecoder.type : nil)
    }
    guard (1...8).contains(format.channels) else {
      throw StageRefusal("a WAV file holds 1 to 8 channels; found \(format)")
    }
    return .wav(WAVHead(format: format, isLarge: settings.mayBeLarge(format)))
  }
}
