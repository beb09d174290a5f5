import RouterCore

/// The control half of `mp3.encoder`: an encoder of its own for every stream.
final class MP3EncoderNode: Node {
  private let config: MP3Encoder.Config
  private let counters: MP3EncoderCounters

  init(config: MP3Encoder.Config, counters: MP3EncoderCounters) {
    self.config = config
    self.counters = counters
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let settings = config.settings(for: request.format, attributes: request.offer.attributes)
    let pcm = StreamFormat(sampleRate: settings.sampleRate, channels: settings.channels, sample: .float32)
    let output = StreamFormat(codec: .mp3, sampleRate: settings.sampleRate, channels: settings.channels)
    do {
      let converter = try PCMConverter(from: request.format, to: pcm)
      let encoder = try LameEncoder(settings)
      let stage = MP3EncoderStage(converter: converter, encoder: encoder, counters: counters)
      return MadeStage(stage, output: output)
    } catch {
      throw StageRefusal("\(error)")
    }
  }
}
