import RouterCore
import Support
import Synchronization
import Testing

/// The time both threads keep: the reader moves it block by block, the writer sends what is due.
///
/// The reader runs at most one packet ahead, so a write and a read of the same rings overlap at every packet, while the
/// voice sees two clocks that agree: nothing gives it a reason to change the sound.
private final class SharedTime: Sendable {
  static let packet = 20_000_000
  let nanoseconds = Atomic<Int>(0)
  let sent = Atomic<Int>(0)
}

/// One end of a voice for one task. Unchecked because nobody else has it once it is handed over.
private final class WriterSide: @unchecked Sendable {
  private var writer: VoiceWriter
  private let time: SharedTime
  init(_ writer: consuming VoiceWriter, _ time: SharedTime) {
    self.writer = writer
    self.time = time
  }

  @concurrent func send(_ packets: Int) async {
    for packet in 0..<packets {
      let bytes = (0..<1920).map { Int16((packet * 1920 + $0) % 30_000 + 1) }.pcmBytes
      while time.nanoseconds.load(ordering: .acquiring) < packet * SharedTime.packet { await Task.yield() }
      let arrival = Instant(nanoseconds: Int64(packet * SharedTime.packet))
      _ = writer.write(
        Packet(bytes: unsafe bytes.span.bytes, frames: 960, sequence: UInt64(packet), arrival: arrival))
      time.sent.store(packet + 1, ordering: .releasing)
    }
    writer.finish()
    time.sent.store(.max, ordering: .releasing)
  }
}

/// The other end, likewise.
private final class ReaderSide: @unchecked Sendable {
  private var reader: VoiceReader
  private let time: SharedTime
  init(_ reader: consuming VoiceReader, _ time: SharedTime) {
    self.reader = reader
    self.time = time
  }

  @concurrent func listen() async -> (heard: [Int16], underruns: Int, trims: Int) {
    var heard: [Int16] = []
    var state = VoiceState.buffering
    while state != .ended {
      let now = time.nanoseconds.load(ordering: .relaxed)
      while time.sent.load(ordering: .acquiring) < now / SharedTime.packet { await Task.yield() }
      var block = [Float](repeating: 0, count: 960)
      var span = block.mutableSpan
      state = reader.mix(into: &span, frames: 480, now: Instant(nanoseconds: Int64(now)))
      heard += block.map { int16(saturating: $0) }.filter { $0 != 0 }
      time.nanoseconds.store(now + SharedTime.packet / 2, ordering: .releasing)
    }
    return (heard, reader.statistics.underruns, reader.statistics.trims)
  }
}

@Suite struct VoiceThreadTests {
  @Test func `a voice between two threads loses nothing and repeats nothing`() async throws {
    let ends = try Voice.make(
      input: StreamFormat(sampleRate: 48_000, channels: 2), output: (sampleRate: 48_000, channels: 2),
      settings: JitterSettings(ceiling: .seconds(10)), record: PathRecord(), at: Instant(nanoseconds: 0))
    let time = SharedTime()
    let writer = WriterSide(ends.writer, time)
    let reader = ReaderSide(ends.reader, time)
    let packets = 300
    async let sent: Void = writer.send(packets)
    let (heard, underruns, trims) = await reader.listen()
    await sent
    let expected = (0..<packets * 960 * 2).map { Int16($0 % 30_000 + 1) }
    // Compared outside the macro, which would print both.
    let isExact = heard == expected
    #expect(isExact, "\(heard.count) of \(expected.count) samples, \(underruns) underruns, \(trims) trims")
  }
}
