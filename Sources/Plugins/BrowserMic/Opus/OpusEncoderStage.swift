import RouterCore

/// One stream at an `opus.encoder`: converted to 48 kHz, cut into blocks of 20 ms, encoded, put into pages. Data thread
/// of a worker.
///
/// Lost frames become silence of the same length, at most a second. The last page says where the sound ends, so that a
/// decoder gives back as many frames as came in.
final class OpusEncoderStage: Stage {
  private static let blockFrames = OpusSettings.packetFrames

  private let input: StreamFormat
  private let channels: Int
  private let counters: OpusEncoderCounters
  private var converter: PCMConverter
  private var encoder: LibopusEncoder
  private var ogg: OggWriter
  /// One block of interleaved samples, filled up to `held` frames.
  private var block: [Float]
  private var held = 0
  private var packet = [UInt8](repeating: 0, count: LibopusEncoder.largestPacket)
  private var page = [UInt8](repeating: 0, count: OggWriter.largestPage)
  /// Frames at 48 kHz given to the encoder so far, also those that fill the last block.
  private var encoded = 0
  /// Frames of ``encoded`` that were sent on.
  private var sent = 0
  private var waiting = 0
  private let silence: [UInt8]
  private var lastArrival = Instant(nanoseconds: 0)
  private var sequence: UInt64 = 0

  /// - Parameter ogg: The heads are out already.
  init(
    converter: consuming PCMConverter, encoder: consuming LibopusEncoder, ogg: consuming OggWriter,
    counters: OpusEncoderCounters
  ) {
    input = converter.input
    channels = encoder.settings.channels
    self.counters = counters
    block = [Float](repeating: 0, count: OpusEncoderStage.blockFrames * channels)
    silence = [UInt8](repeating: 0, count: OpusEncoderStage.blockFrames * converter.input.bytesPerFrame)
    self.converter = converter
    self.encoder = encoder
    self.ogg = ogg
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    lastArrival = packet.arrival
    return take(packet.bytes, next)
  }

  func gap(frames: Int, _ next: Branch) {
    let count = min(frames, input.sampleRate)
    let silence = silence
    var rest = count * input.bytesPerFrame
    while rest > 0 {
      let part = min(rest, silence.count)
      _ = take(unsafe silence.span.bytes.extracting(0..<part), next)
      rest -= part
    }
    if frames > count { next.sendGap(frames: (frames - count) * OpusSettings.sampleRate / input.sampleRate) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    while fill(nil) > 0 {
      if held == OpusEncoderStage.blockFrames { _ = encodeBlock(next) }
    }
    guard encoded + held > 0 else { return }
    // What the encoder looks ahead comes out with silence behind the sound.
    let soundEnd = encoded + held + encoder.preSkip
    while encoded < soundEnd {
      for index in held * channels..<block.count { block[index] = 0 }
      _ = encodeBlock(next, soundEnd: soundEnd)
    }
    _ = sendPages(next)
  }

  /// Converts everything there is, and encodes each time a block is full.
  private func take(_ bytes: RawSpan, _ next: Branch) -> Verdict {
    var verdict = Verdict.go
    var place = 0
    while true {
      place += fill(bytes.extracting(droppingFirst: place)) * input.bytesPerFrame
      guard held == OpusEncoderStage.blockFrames else { return verdict }
      verdict = verdict.joined(with: encodeBlock(next))
    }
  }

  /// Fills the block.
  /// - Parameter bytes: nil: what the converter still looks ahead.
  /// - Returns: Input frames used; without input, frames that came out.
  private func fill(_ bytes: RawSpan?) -> Int {
    var span = block.mutableSpan
    var target = unsafe span.mutableBytes
    var free = target._mutatingExtracting(held * 4 * channels..<target.byteCount)
    guard let bytes else {
      let count = converter.flush(into: &free)
      held += count
      return count
    }
    let done = converter.convert(bytes, into: &free)
    held += done.made
    return done.used
  }

  /// - Parameter soundEnd: Where the sound ends, in frames with the pre-skip, if that is known: the block that reaches
  ///   it is the last.
  private func encodeBlock(_ next: Branch, soundEnd: Int = .max) -> Verdict {
    held = 0
    var span = packet.mutableSpan
    var target = unsafe span.mutableBytes
    let count = encoder.encode(block.span, into: &target)
    encoded += OpusEncoderStage.blockFrames
    guard count > 0 else {
      counters.failures.add()
      return .go
    }
    let isLast = encoded >= soundEnd
    unsafe ogg.add(
      packet.span.bytes.extracting(0..<count), granule: Int64(min(encoded, soundEnd)), isLast: isLast)
    counters.packets.add()
    waiting += 1
    return waiting == encoder.settings.packetsPerPage || isLast ? sendPages(next) : .go
  }

  /// Sends what waits: one page, unless the packets are very large.
  private func sendPages(_ next: Branch) -> Verdict {
    waiting = 0
    var verdict = Verdict.go
    while case let count = takePage(), count > 0 { verdict = verdict.joined(with: sendPage(count, next)) }
    return verdict
  }

  private func takePage() -> Int {
    var span = page.mutableSpan
    var target = unsafe span.mutableBytes
    return ogg.takePage(into: &target)
  }

  /// The loan of the memory ends with this call, so that the next page can be written in place.
  private func sendPage(_ count: Int, _ next: Branch) -> Verdict {
    counters.bytes.add(count)
    let frames = encoded - sent
    sent = encoded
    let lent = page
    let packet = Packet(
      bytes: unsafe lent.span.bytes.extracting(0..<count), frames: frames, sequence: sequence, arrival: lastArrival)
    sequence += 1
    return next.send(packet)
  }
}
