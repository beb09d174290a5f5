import RouterCore
import Support
import Testing

/// One end of a voice for one task. Unchecked because nobody else has it once it is handed over.
private final class WriterSide: @unchecked Sendable {
  private var writer: VoiceWriter
  init(_ writer: consuming VoiceWriter) { self.writer = writer }

  /// All stamps are one instant, so that only the order of the threads decides what the reader finds.
  @concurrent func send(_ packets: Int) async {
    for packet in 0..<packets {
      let bytes = (0..<1920).map { Int16((packet * 1920 + $0) % 30_000 + 1) }.pcmBytes
      _ = writer.write(
        Packet(bytes: unsafe bytes.span.bytes, frames: 960, sequence: UInt64(packet), arrival: Instant(nanoseconds: 0)))
    }
    writer.finish()
  }
}

/// The other end, likewise.
private final class ReaderSide: @unchecked Sendable {
  private var reader: VoiceReader
  init(_ reader: consuming VoiceReader) { self.reader = reader }

  @concurrent func listen() async -> (heard: [Int16], isUntouched: Bool) {
    var heard: [Int16] = []
    var state = VoiceState.buffering
    var isUntouched = true
    while state != .ended {
      var block = [Float](repeating: 0, count: 960)
      var span = block.mutableSpan
      state = reader.mix(into: &span, frames: 480, now: Instant(nanoseconds: 0))
      // A reader that fell behind catches up by playing faster: that is sound made anew, not sound lost.
      if reader.statistics.driftPpm != 0 { isUntouched = false }
      heard += block.map { int16(saturating: $0) }.filter { $0 != 0 }
      if state == .buffering { await Task.yield() }
    }
    isUntouched = isUntouched && reader.statistics.underruns == 0 && reader.statistics.trims == 0
    return (heard, isUntouched)
  }
}

@Suite struct VoiceThreadTests {
  @Test func `a voice between two threads loses nothing and repeats nothing`() async throws {
    let ends = try Voice.make(
      input: StreamFormat(sampleRate: 48_000, channels: 2), output: (sampleRate: 48_000, channels: 2),
      settings: JitterSettings(ceiling: .seconds(10)), record: PathRecord(), at: Instant(nanoseconds: 0))
    let writer = WriterSide(ends.writer)
    let reader = ReaderSide(ends.reader)
    let packets = 300
    async let sent: Void = writer.send(packets)
    let (heard, isUntouched) = await reader.listen()
    await sent
    let expected = (0..<packets * 960 * 2).map { Int16($0 % 30_000 + 1) }
    // Compared outside the macro, which would print both.
    let isExact = heard == expected
    #expect(isExact || !isUntouched)
    let least = expected.count * 97 / 100
    #expect(heard.count >= least, "\(heard.count) of \(expected.count) samples")
  }
}
