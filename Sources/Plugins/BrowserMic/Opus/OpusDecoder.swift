internal import COpus

/// One libopus decoder: packets in, interleaved 16-bit samples out. Owned by one thread at a time.
///
/// The packet may come from anybody: whatever is in it, nothing is read or written outside of it and of the target.
@safe struct OpusDecoder: ~Copyable, @unchecked Sendable {
  // Unchecked because of the C pointer: noncopyable, so there is one owner; libopus keeps no state outside of it.
  private let state: OpaquePointer
  let sampleRate: Int
  let channels: Int

  /// Frames of the longest packet there is: 120 ms.
  var longestPacket: Int { sampleRate * 120 / 1000 }

  /// Control side: allocates about 20 kB.
  /// - Parameters:
  ///   - sampleRate: Of what comes out, in Hz: 8000, 12000, 16000, 24000 or 48000, whatever the sender's was.
  ///   - channels: Of what comes out, 1 or 2; a packet of another count is converted.
  init(sampleRate: Int, channels: Int) throws(OpusFailure) {
    var code: Int32 = 0
    let state = unsafe opus_decoder_create(Int32(clamping: sampleRate), Int32(clamping: channels), &code)
    guard let state = unsafe state, code == OPUS_OK else {
      throw OpusFailure(code: code, sampleRate: sampleRate, channels: channels)
    }
    unsafe self.state = state
    self.sampleRate = sampleRate
    self.channels = channels
  }

  deinit { unsafe opus_decoder_destroy(state) }

  /// Decodes one packet. Data thread; allocates nothing.
  /// - Parameter target: Room for the packet's frames; ``longestPacket`` times ``channels`` is enough for any.
  /// - Returns: Frames written at the target's beginning; nil if this is no Opus packet, or the target is too small.
  mutating func decode(_ packet: RawSpan, into target: inout MutableSpan<Int16>) -> Int? {
    // An empty packet would mean a lost one to libopus.
    guard packet.byteCount > 0, let size = Int32(exactly: packet.byteCount) else { return nil }
    let room = min(target.count / channels, longestPacket)
    var memory = unsafe target.mutableBytes
    let made = unsafe packet.withUnsafeBytes { source in
      unsafe memory.withUnsafeMutableBytes { out in
        guard let first = out.baseAddress else { return Int32(-1) }
        let bytes = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe opus_decode(state, bytes, size, first.assumingMemoryBound(to: Int16.self), Int32(room), 0)
      }
    }
    return made < 0 ? nil : Int(made)
  }

  /// Makes up sound in place of a lost packet: what was heard goes on and fades. Data thread; allocates nothing.
  /// - Parameter frames: As many as are missing; whole multiples of 2.5 ms, at most ``longestPacket``.
  /// - Returns: Frames written; nil if the number is none of those or the target is too small.
  mutating func conceal(frames: Int, into target: inout MutableSpan<Int16>) -> Int? {
    guard frames > 0, frames <= longestPacket, frames * channels <= target.count else { return nil }
    let made = unsafe target.withUnsafeMutableBufferPointer { out in
      guard let first = out.baseAddress else { return Int32(-1) }
      return unsafe opus_decode(state, nil, 0, first, Int32(frames), 0)
    }
    return made < 0 ? nil : Int(made)
  }

  /// Forgets what was: the next packet belongs to something else.
  mutating func reset() { _ = unsafe copus_decoder_reset(state) }
}
