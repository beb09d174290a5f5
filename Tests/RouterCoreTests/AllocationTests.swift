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
    // The first run looks things up in the runtime once.
    _ = try Self.allocationsOfVoice(format)
    let (count, blocks, statistics) = try Self.allocationsOfVoice(format)
    #expect(count == 0)
    #expect(blocks > 800)
    #expect(statistics.underruns > 0)
    #expect(statistics.trims > 0)
  }

  /// Ten seconds with everything in them that a voice can meet.
  static func allocationsOfVoice(
    _ format: StreamFormat
  ) throws -> (count: UInt64, blocks: Int, statistics: VoiceStatistics) {
    let start = Instant(nanoseconds: 0)
    let ends = try Voice.make(
      input: format, output: (sampleRate: 48_000, channels: 2), settings: JitterSettings(), record: PathRecord(),
      at: start)
    var writer = ends.writer
    var reader = ends.reader
    let frames = format.sampleRate / 50
    let bytes = [UInt8](repeating: 1, count: frames * format.bytesPerFrame)
    var block = [Float](repeating: 0, count: 960)
    var blocks = 0
    let count = allocations {
      for tick in 0..<1_000 {
        // The reader is 1000 ppm too fast; half a second is missing, then a second comes in a heap.
        let now = start + .microseconds(tick * 9_990)
        let packets = (700..<750).contains(tick) ? 0 : tick == 850 ? 50 : 1 - tick % 2
        for _ in 0..<packets {
          _ = writer.write(Packet(bytes: unsafe bytes.span.bytes, frames: frames, arrival: now))
        }
        if tick == 600 { writer.gap(frames: 480) }
        var span = block.mutableSpan
        blocks += reader.mix(into: &span, frames: 480, now: now) == .playing ? 1 : 0
      }
    }
    return (count, blocks, reader.statistics)
  }

  @Test func `a converter allocates nothing`() throws {
    var converter = try PCMConverter(
      from: StreamFormat(sampleRate: 44_100, channels: 2),
      to: StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32))
    let bytes = [UInt8](repeating: 3, count: 882 * 4)
    var target = [UInt8](repeating: 0, count: converter.capacity(frames: 882) * 8)
    var made = 0
    func convert(_ packets: Int) {
      for _ in 0..<packets {
        var span = target.mutableSpan
        var raw = unsafe span.mutableBytes
        made += converter.convert(unsafe bytes.span.bytes, into: &raw).made
      }
    }
    // The first one looks things up in the runtime once.
    convert(1)
    #expect(allocations { convert(100) } == 0)
    #expect(made > 95_000)
  }
}
