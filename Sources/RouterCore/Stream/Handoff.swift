internal import Synchronization

/// Carries a path from one loop to another: heavy stages run on worker loops, behind a ring.
///
/// The upper half is a stage on the source's loop, the lower half wakes with the worker's turn and lends what the ring
/// holds. When the ring is full the packet is dropped and counted, and told to the stages below as missing frames.
enum Handoff {
  /// Payload bytes a packet may have.
  static let packetLimit = 1 << 18

  /// Room for one second of PCM: 64 KiB to 4 MiB.
  static func capacity(for format: StreamFormat) -> Int {
    let second = format.codec == .pcm ? format.sampleRate * format.bytesPerFrame : 0
    return min(max(second, 64 << 10), 4 << 20)
  }
}

/// Rings when the ring has something new. Any thread; wakes the worker once until it looked.
final class HandoffBell: Sendable {
  private let isRung = Atomic<Bool>(false)
  private let waker: any Waker
  init(waker: any Waker) { self.waker = waker }

  func ring() { if !isRung.exchange(true, ordering: .acquiringAndReleasing) { waker.wake() } }
  /// Whether it rang since the last time this was asked.
  func answer() -> Bool { isRung.exchange(false, ordering: .acquiringAndReleasing) }
}

/// What goes before each payload in the ring: five words.
struct HandoffHeader {
  static let size = 5 * 8
  var bytes: Int
  var frames: Int
  var missing: Int
  var sequence: UInt64
  var arrival: Int64

  var words: [5 of UInt64] {
    [
      UInt64(bytes), UInt64(bitPattern: Int64(frames)), UInt64(bitPattern: Int64(missing)), sequence,
      UInt64(bitPattern: arrival),
    ]
  }

  init(_ packet: Packet, missing: Int) {
    bytes = packet.bytes.byteCount
    frames = packet.frames
    self.missing = missing
    sequence = packet.sequence
    arrival = packet.arrival.nanoseconds
  }

  init(_ words: borrowing [5 of UInt64]) {
    bytes = Int(words[0])
    frames = Int(Int64(bitPattern: words[1]))
    missing = Int(Int64(bitPattern: words[2]))
    sequence = words[3]
    arrival = Int64(bitPattern: words[4])
  }
}

/// The half on the source's loop. Data thread.
final class HandoffStage: Stage {
  private var writer: RingWriter
  private let bell: HandoffBell
  private let dropped: Metric
  /// Frames lost here since the last packet that passed.
  private var missing = 0

  init(writer: consuming RingWriter, bell: HandoffBell, dropped: Metric) {
    self.writer = writer
    self.bell = bell
    self.dropped = dropped
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    let size = HandoffHeader.size + packet.bytes.byteCount
    guard packet.bytes.byteCount <= Handoff.packetLimit, writer.free >= size else {
      dropped.add()
      missing += packet.frames + packet.missing
      bell.ring()
      return .go
    }
    let words = HandoffHeader(packet, missing: packet.missing + missing).words
    missing = 0
    _ = unsafe writer.write(words.span.bytes)
    _ = writer.write(packet.bytes)
    bell.ring()
    return writer.free < size ? .pause : .go
  }

  func gap(frames: Int, _ next: Branch) { missing += frames }
}

/// The half on the worker's loop: lends what came through the ring to the path below.
final class HandoffReader {
  private var reader: RingReader
  private let bell: HandoffBell
  private var scratch: [UInt8]

  init(reader: consuming RingReader, bell: HandoffBell) {
    self.reader = reader
    self.bell = bell
    scratch = [UInt8](repeating: 0, count: Handoff.packetLimit)
  }

  /// Lends everything there is, if the bell rang. Data thread of the worker.
  func drainIfRung(into source: StreamSource) { if bell.answer() { drain(into: source) } }

  /// Lends everything there is.
  func drain(into source: StreamSource) {
    while let header = nextHeader() {
      if header.missing > 0 { source.gap(frames: header.missing) }
      take(header.bytes)
      lend(header, to: source)
    }
  }

  private func take(_ count: Int) {
    var span = scratch.mutableSpan
    var bytes = unsafe span.mutableBytes
    _ = reader.read(count, into: &bytes)
  }

  /// The loan ends with this call, so that the next packet is read into the same memory.
  private func lend(_ header: HandoffHeader, to source: StreamSource) {
    let lent = scratch
    let packet = unsafe Packet(
      bytes: lent.span.bytes.extracting(first: header.bytes), frames: header.frames, sequence: header.sequence,
      arrival: Instant(nanoseconds: header.arrival))
    _ = source.push(packet)
  }

  /// Takes the header of a packet that is wholly there.
  private func nextHeader() -> HandoffHeader? {
    var words: [5 of UInt64] = [0, 0, 0, 0, 0]
    var span = words.mutableSpan
    var bytes = unsafe span.mutableBytes
    guard reader.peek(into: &bytes) else { return nil }
    let header = HandoffHeader(words)
    guard reader.fill >= HandoffHeader.size + header.bytes else { return nil }
    reader.skip(HandoffHeader.size)
    return header
  }
}
