import RouterCore

/// The control half of `adpcm.decoder`: a predictor of its own for every stream.
final class ADPCMDecoderNode: Node {
  private let config: ADPCMDecoder.Config
  private let counters: ADPCMCounters

  init(config: ADPCMDecoder.Config, counters: ADPCMCounters) {
    self.config = config
    self.counters = counters
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let format = request.format
    if format.codec == .pcm { return MadeStage(PassStage(), output: format) }
    guard format.codec == .imaADPCM, (1...8).contains(format.channels) else {
      throw StageRefusal("this node takes IMA ADPCM of one to eight channels, and PCM; found \(format)")
    }
    let facts = StreamFacts.Frames(request.offer)
    let output = StreamFormat(sampleRate: format.sampleRate, channels: format.channels)
    return MadeStage(
      ADPCMDecoderStage(channels: format.channels, facts, order(facts), counters: counters), output: output)
  }

  /// What the sender says goes before what is configured.
  private func order(_ facts: StreamFacts.Frames) -> ADPCMDecoder.Order {
    facts.isLowFirst ? .low : config.nibbleOrder
  }
}
