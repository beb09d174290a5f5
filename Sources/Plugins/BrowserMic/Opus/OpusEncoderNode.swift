import RouterCore

/// The control half of `opus.encoder`: an encoder and an Ogg stream of its own for every stream.
final class OpusEncoderNode: Node {
  private let config: OpusEncoder.Config
  private let counters: OpusEncoderCounters

  init(config: OpusEncoder.Config, counters: OpusEncoderCounters) {
    self.config = config
    self.counters = counters
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let settings = config.settings(for: request.format, attributes: request.offer.attributes)
    let pcm = StreamFormat(sampleRate: OpusSettings.sampleRate, channels: settings.channels, sample: .float32)
    do {
      let converter = try PCMConverter(from: request.format, to: pcm)
      let encoder = try LibopusEncoder(settings)
      var ogg = try OggWriter(serial: .random(in: .min ... .max))
      let heads = OpusHeads(
        channels: settings.channels, preSkip: encoder.preSkip, inputRate: request.format.sampleRate,
        title: request.offer.label)
      var output = StreamFormat(codec: .opus, sampleRate: OpusSettings.sampleRate, channels: settings.channels)
      output.setup = heads.pages(&ogg)
      let stage = OpusEncoderStage(converter: converter, encoder: encoder, ogg: ogg, counters: counters)
      return MadeStage(stage, output: output)
    } catch {
      throw StageRefusal("\(error)")
    }
  }
}
