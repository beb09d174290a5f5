import CAllocationCounter
import RouterCore
import Support
import Testing

/// False under a sanitizer, which keeps the heap for itself.
let countsAllocations = allocation_counter_works()

/// Times the heap was asked for memory while `body` ran on this thread.
func allocations(_ body: () throws -> Void) rethrows -> UInt64 {
  let before = allocation_count()
  try body()
  return allocation_count() - before
}

@Suite(.enabled(if: countsAllocations)) struct AllocationTests {
  @Test func `an allocation is seen`() {
    var kept: [Int] = []
    #expect(allocations { kept = [Int](repeating: 1, count: 100) } == 1)
    #expect(kept.count == 100)
    #expect(allocations { kept[3] = 4 } == 0)
  }

  @Test(arguments: [
    (48_000, 2, SampleType.int16), (48_000, 1, .float32), (44_100, 2, .int16), (96_000, 6, .float32),
  ])
  func `a voice allocates nothing, in quiet, drift, backlog and underrun`(
    rate: Int, channels: Int, sample: SampleType
  ) throws {
    let format = StreamFormat(sampleRate: rate, channels: channels, sample: sample)
    let start = Instant(nanoseconds: 0)
    let ends = try Voice.make(
      input: format, output: (sampleRate: 48_000, channels: 2), settings: JitterSettings(), record: PathRecord(),
      at: start)
    var writer = ends.writer
    var reader = ends.reader
    let bytes = [UInt8](repeating: 1, count: rate / 50 * format.bytesPerFrame)
    var block = [Float](repeating: 0, count: 960)
    var states = 0
    let count = allocations {
      for tick in 0..<6_000 {
        // 1000 ppm too fast, half a second missing, a second in a heap.
        let now = start + .microseconds(tick * 9_990)
        let packets = (2_000..<2_050).contains(tick) ? 0 : tick == 4_000 ? 50 : 1 - tick % 2
        for _ in 0..<packets {
          _ = writer.write(Packet(bytes: unsafe bytes.span.bytes, frames: rate / 50, arrival: now))
        }
        if tick == 3_000 { writer.gap(frames: 480) }
        var span = block.mutableSpan
        states += reader.mix(into: &span, frames: 480, now: now) == .playing ? 1 : 0
      }
    }
    #expect(count == 0)
    #expect(states > 5_000)
    #expect(reader.statistics.underruns > 0)
    #expect(reader.statistics.trims > 0)
  }

  @Test func `a converter allocates nothing`() throws {
    var converter = try PCMConverter(
      from: StreamFormat(sampleRate: 44_100, channels: 2),
      to: StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32))
    let bytes = [UInt8](repeating: 3, count: 882 * 4)
    var target = [UInt8](repeating: 0, count: converter.capacity(frames: 882) * 8)
    var made = 0
    let count = allocations {
      for _ in 0..<100 {
        var span = target.mutableSpan
        var raw = unsafe span.mutableBytes
        made += converter.convert(unsafe bytes.span.bytes, into: &raw).made
      }
    }
    #expect(count == 0)
    #expect(made > 95_000)
  }
}
