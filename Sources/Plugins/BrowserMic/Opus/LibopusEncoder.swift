internal import COpus

/// One libopus encoder: floats in, Opus packets of 20 ms out. Owned by one thread at a time.
@safe struct LibopusEncoder: ~Copyable, @unchecked Sendable {
  // Unchecked because of the C pointer: noncopyable, so there is one owner; libopus keeps no state outside of it.
  private let state: OpaquePointer
  let settings: OpusSettings
  /// Frames a decoder drops at the beginning: what the encoder looks ahead.
  let preSkip: Int

  /// Bytes of the largest packet of 20 ms, as RFC 6716 section 3.2.1 limits it.
  static let largestPacket = 1_275

  /// Control side: allocates about 50 kB.
  init(_ settings: OpusSettings) throws(OpusFailure) {
    let rate = OpusSettings.sampleRate
    var code: Int32 = 0
    let made = unsafe opus_encoder_create(
      Int32(rate), Int32(clamping: settings.channels), OPUS_APPLICATION_AUDIO, &code)
    guard let state = unsafe made, code == OPUS_OK else {
      throw OpusFailure(code: code, sampleRate: rate, channels: settings.channels)
    }
    var lookahead: Int32 = 0
    let codes = unsafe [
      copus_set_bitrate(state, Int32(settings.kbps) * 1000),
      copus_set_complexity(state, Int32(settings.complexity)), copus_get_lookahead(state, &lookahead),
    ]
    if let refused = codes.first(where: { $0 != OPUS_OK }) {
      unsafe opus_encoder_destroy(state)
      throw OpusFailure(code: refused, sampleRate: rate, channels: settings.channels)
    }
    unsafe self.state = state
    self.settings = settings
    preSkip = Int(lookahead)
  }

  deinit { unsafe opus_encoder_destroy(state) }

  /// Encodes one block of interleaved samples of full scale 1. Data thread; allocates nothing.
  /// - Parameters:
  ///   - block: ``OpusSettings/packetFrames`` frames.
  ///   - target: Has ``largestPacket`` bytes.
  /// - Returns: Bytes made; less than 0 is libopus' code for a failure.
  mutating func encode(_ block: Span<Float>, into target: inout MutableRawSpan) -> Int {
    precondition(block.count == OpusSettings.packetFrames * settings.channels)
    let made = unsafe block.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBytes { out in
        guard let samples = source.baseAddress, let first = out.baseAddress else { return Int32(OPUS_BAD_ARG) }
        return unsafe opus_encode_float(
          state, samples, Int32(OpusSettings.packetFrames), first.assumingMemoryBound(to: UInt8.self),
          Int32(out.count))
      }
    }
    return Int(made)
  }
}
