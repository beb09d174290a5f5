import RouterCore

/// One stream at an `mp3.encoder`: converted, cut into blocks of one MP3 frame, encoded. Data thread of a worker.
///
/// Lost frames become silence of the same length, at most a second. At the end the tail is padded and flushed, so that
/// the last sample sent is heard.
final class MP3EncoderStage: Stage {
  private let counters: MP3EncoderCounters
  private var blocks: PCMBlocks
  private var encoder: LameEncoder
  /// What LAME made and is not yet sent on: usually nothing, else a part of a frame.
  private var made: [UInt8]
  private var madeCount = 0
  private var lastArrival = Instant(nanoseconds: 0)
  private var sequence: UInt64 = 0

  init(converter: consuming PCMConverter, encoder: consuming LameEncoder, counters: MP3EncoderCounters) {
    self.counters = counters
    made = [UInt8](repeating: 0, count: LameEncoder.room + 2 * MP3FrameHeader.largest)
    blocks = PCMBlocks(converter, frames: MP3FrameHeader.samples)
    self.encoder = encoder
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    lastArrival = packet.arrival
    return blocks.take(packet.bytes) { encode($0, next) }
  }

  func gap(frames: Int, _ next: Branch) {
    let left = blocks.gap(frames: frames) { encode($0, next) }
    if left > 0 { next.sendGap(frames: left * encoder.settings.sampleRate / blocks.input.sampleRate) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    blocks.drain { encode($0, next) }
    if blocks.held > 0 { _ = blocks.pad { encode($0, next) } }
    _ = send(flushEncoder(), next)
  }

  private func encode(_ block: Span<Float>, _ next: Branch) -> Verdict {
    var span = made.mutableSpan
    var all = unsafe span.mutableBytes
    var free = all._mutatingExtracting(madeCount..<all.byteCount)
    return send(encoder.encode(block, into: &free), next)
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
