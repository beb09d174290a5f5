import RouterCore

/// One stream at an `opus.encoder`: converted to 48 kHz, cut into blocks of 20 ms, encoded, put into pages. Data thread
/// of a worker.
///
/// Lost frames become silence of the same length, at most a second. The last page says where the sound ends, so that a
/// decoder gives back as many frames as came in.
final class OpusEncoderStage: Stage {
  private let counters: OpusEncoderCounters
  private var blocks: PCMBlocks
  private var encoder: LibopusEncoder
  private var ogg: OggWriter
  private var packet = [UInt8](repeating: 0, count: LibopusEncoder.largestPacket)
  private var page = [UInt8](repeating: 0, count: OggWriter.largestPage)
  /// Frames at 48 kHz given to the encoder so far, also those that fill the last block.
  private var encoded = 0
  /// Frames of ``encoded`` that were sent on.
  private var sent = 0
  private var waiting = 0
  private var lastArrival = Instant(nanoseconds: 0)
  private var sequence: UInt64 = 0

  /// - Parameter ogg: The heads are out already.
  init(
    converter: consuming PCMConverter, encoder: consuming LibopusEncoder, ogg: consuming OggWriter,
    counters: OpusEncoderCounters
  ) {
    self.counters = counters
    blocks = PCMBlocks(converter, frames: OpusSettings.packetFrames)
    self.encoder = encoder
    self.ogg = ogg
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    lastArrival = packet.arrival
    return blocks.take(packet.bytes) { encode($0, next) }
  }

  func gap(frames: Int, _ next: Branch) {
    let left = blocks.gap(frames: frames) { encode($0, next) }
    if left > 0 { next.sendGap(frames: left * OpusSettings.sampleRate / blocks.input.sampleRate) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    blocks.drain { encode($0, next) }
    let sound = encoded + blocks.held
    guard sound > 0 else { return }
    // What the encoder looks ahead comes out with silence behind the sound.
    let soundEnd = sound + encoder.preSkip
    while encoded < soundEnd { _ = blocks.pad { encode($0, next, soundEnd: soundEnd) } }
    _ = sendPages(next)
  }

  /// - Parameter soundEnd: Where the sound ends, in frames with the pre-skip, if that is known: the block that reaches
  ///   it is the last.
  private func encode(_ block: Span<Float>, _ next: Branch, soundEnd: Int = .max) -> Verdict {
    var span = packet.mutableSpan
    var target = unsafe span.mutableBytes
    let count = encoder.encode(block, into: &target)
    encoded += OpusSettings.packetFrames
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
