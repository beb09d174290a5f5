import RouterCore

/// The control half of `adpcm.encoder`: encoder states of its own for every stream.
final class ADPCMEncoderNode: Node {
  private let config: ADPCMEncoder.Config
  private let frames: Metric

  /// - Parameter frames: Counts what is made.
  init(config: ADPCMEncoder.Config, frames: Metric) {
    self.config = config
    self.frames = frames
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let format = request.format
    guard (1...8).contains(format.channels) else {
      throw StageRefusal("frames have one to eight channels, found \(format)", bridge: "resample")
    }
    let pcm = StreamFormat(sampleRate: format.sampleRate, channels: format.channels)
    do throws(ConversionError) {
      let converter = try PCMConverter(from: format, to: pcm)
      let stage = ADPCMEncoderStage(
        converter: converter, frameSamples: config.frameSamples(at: format.sampleRate),
        config.nibbleOrder == .low ? .low : .high, frames: frames)
      let output = StreamFormat(codec: .imaADPCM, sampleRate: format.sampleRate, channels: format.channels)
      return MadeStage(stage, output: output)
    } catch {
      throw StageRefusal("\(error)")
    }
  }
}
