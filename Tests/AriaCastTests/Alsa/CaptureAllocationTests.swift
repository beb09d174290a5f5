import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import AriaCast
@testable import RouterCore

/// A recorded period on its way from the card's bytes through the ring into a stream asks the heap for nothing.
@Suite(.enabled(if: allocation_counter_works())) struct CaptureAllocationTests {
  @Test(arguments: [CardEncoding.int16, .int24, .int32, .float32])
  func `recorded periods become packets without an allocation`(encoding: CardEncoding) {
    let card = CardFormat(
      sampleRate: 48_000, channels: 2, encoding: encoding, periodFrames: 960, bufferFrames: 3_840)
    let format = StreamFormat(sampleRate: 48_000, channels: 2, sample: encoding.streamed)
    let counter = PacketCounter()
    let source = StreamSource(
      id: 1,
      root: Branch(
        node: "microphone", format: format, stage: PassStage(),
        below: [Branch(node: "end", link: "link", format: format, stage: counter)]))
    var path = CapturePath(card)
    for number in 0..<50 { path.period(number, into: source) }
    let before = allocation_count()
    for number in 50..<250 { path.period(number, into: source) }
    #expect(allocation_count() - before == 0)
    #expect(counter.packets == 250)
    #expect(counter.lost == 25 * 7)
  }

  /// Counts without memory of its own.
  private final class PacketCounter: Stage {
    private(set) var packets = 0
    private(set) var lost = 0
    func receive(_ packet: Packet, _ next: Branch) -> Verdict {
      packets += 1
      return .go
    }
    func gap(frames: Int, _ next: Branch) { lost += frames }
  }

  /// What the card's thread does with a period, and the loop after it.
  private struct CapturePath: ~Copyable {
    private let encoding: CardEncoding
    private let sound: [UInt8]
    private var record: [UInt8]
    private var writer: RingWriter
    private var drain: CaptureDrain

    init(_ card: CardFormat) {
      encoding = card.encoding
      sound = [UInt8](repeating: 1, count: card.periodFrames * card.bytesPerFrame)
      record = [UInt8](repeating: 0, count: Microphone.recordSize(of: card))
      let ends = Ring.make(capacity: 8 * record.count)
      writer = ends.writer
      drain = CaptureDrain(ends.reader, card)
    }

    /// Every tenth period tells of seven lost frames.
    mutating func period(_ number: Int, into source: StreamSource) {
      let lost = number % 10 == 9 ? 7 : 0
      CaptureRecord.write(lost: lost, recorded: Instant(nanoseconds: Int64(number)), into: &record)
      copyCapturedSamples(sound, encoding, into: &record, at: CaptureRecord.head)
      Self.hand(record, to: &writer)
      _ = drain.push(into: source)
    }

    private static func hand(_ record: [UInt8], to writer: inout RingWriter) {
      let isTaken = unsafe writer.write(record.span.bytes)
      precondition(isTaken, "the ring is emptied after each period")
    }
  }
}
