import RouterCore

/// One stream at an `mp3.encoder`: converted, cut into blocks of one MP3 frame, encoded. Data thread of a worker.
///
/// Lost frames become silence of the same length, at most a second. At the end the tail is padded and flushed, so that
/// the last sample sent is heard.
final class MP3EncoderStage: Stage {
  private static let blockFrames = MP3FrameHeader.samples

  private let input: StreamFormat
  private let channels: Int
  private let counters: MP3EncoderCounters
  private var converter: PCMConverter
  private var encoder: LameEncoder
  /// One block of interleaved samples, filled up to `held` frames.
  private var block: [Float]
  private var held = 0
  /// What LAME made and is not yet sent on: usually nothing, else a part of a frame.
  private var made: [UInt8]
  private var madeCount = 0
  private let silence: [UInt8]
  private var lastArrival = Instant(nanoseconds: 0)
  private var sequence: UInt64 = 0

  init(converter: consuming PCMConverter, encoder: consuming LameEncoder, counters: MP3EncoderCounters) {
    input = converter.input
    channels = encoder.settings.channels
    self.counters = counters
    block = [Float](repeating: 0, count: MP3EncoderStage.blockFrames * channels)
    made = [UInt8](repeating: 0, count: LameEncoder.room + 2 * MP3FrameHeader.largest)
    silence = [UInt8](repeating: 0, count: MP3EncoderStage.blockFrames * converter.input.bytesPerFrame)
    self.converter = converter
    self.encoder = encoder
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
    if frames > count { next.sendGap(frames: (frames - count) * encoder.settings.sampleRate / input.sampleRate) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    while fillFromTail() > 0 {
      if held == MP3EncoderStage.blockFrames { _ = encodeBlock(next) }
    }
    if held > 0 {
      for index in held * channels..<block.count { block[index] = 0 }
      _ = encodeBlock(next)
    }
    _ = send(flushEncoder(), next)
  }

  /// Converts everything there is, and encodes each time a block is full.
  private func take(_ bytes: RawSpan, _ next: Branch) -> Verdict {
    var verdict = Verdict.go
    var place = 0
    while true {
      place += fill(bytes.extracting(droppingFirst: place)) * input.bytesPerFrame
      guard held == MP3EncoderStage.blockFrames else { return verdict }
      verdict = verdict.joined(with: encodeBlock(next))
    }
  }

  /// - Returns: Input frames used.
  private func fill(_ bytes: RawSpan) -> Int {
    var span = block.mutableSpan
    var target = unsafe span.mutableBytes
    var free = target._mutatingExtracting(held * 4 * channels..<target.byteCount)
    let done = converter.convert(bytes, into: &free)
    held += done.made
    return done.used
  }

  /// - Returns: Frames that came out of the converter.
  private func fillFromTail() -> Int {
    var span = block.mutableSpan
    var target = unsafe span.mutableBytes
    var free = target._mutatingExtracting(held * 4 * channels..<target.byteCount)
    let count = converter.flush(into: &free)
    held += count
    return count
  }

  private func encodeBlock(_ next: Branch) -> Verdict {
    held = 0
    var span = made.mutableSpan
    var all = unsafe span.mutableBytes
    var free = all._mutatingExtracting(madeCount..<all.byteCount)
    return send(encoder.encode(block.span, into: &free), next)
  }

  private func flushEncoder() -> Int {
    var span = made.mutableSpan
    var all = unsafe span.mutableBytes
    var free = all._mutatingExtracting(madeCount..<all.byteCount)
    return encoder.flush(into: &free)
  }

  /// Sends every whole frame on; keeps the rest.
  private func send(_ count: Int, _ next: Branch) -> Verdict {
    guard count >= 0 else {
      counters.failures.add()
      return .go
    }
    madeCount += count
    let (sent, verdict) = sendWholeFrames(next)
    for index in sent..<madeCount { made[index - sent] = made[index] }
    madeCount -= sent
    // Not the beginning of a frame: LAME does not do that; if it did, it would be lost here and not at the listeners.
    if madeCount >= MP3FrameHeader.largest {
      madeCount = 0
      counters.failures.add()
    }
    return verdict
  }

  /// The loan of the memory ends with this call, so that what is left can be moved in place.
  private func sendWholeFrames(_ next: Branch) -> (sent: Int, Verdict) {
    let lent = made
    let bytes = unsafe lent.span.bytes.extracting(0..<madeCount)
    var verdict = Verdict.go
    var place = 0
    while let header = MP3FrameHeader(bytes, at: place), place + header.byteCount <= bytes.byteCount {
      let frame = bytes.extracting(place..<place + header.byteCount)
      let packet = Packet(bytes: frame, frames: MP3FrameHeader.samples, sequence: sequence, arrival: lastArrival)
      verdict = verdict.joined(with: next.send(packet))
      sequence &+= 1
      place += header.byteCount
      counters.frames.add()
      counters.bytes.add(header.byteCount)
    }
    return (place, verdict)
  }
}
