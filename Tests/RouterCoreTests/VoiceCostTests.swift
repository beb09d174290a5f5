import Glibc
import RouterCore
import Support
import Testing

/// What a voice costs: `BENCH=1 swift test -c release -Xswiftc -enable-testing --filter VoiceCost`.
@Suite(.enabled(if: isBenchmarking), .serialized) struct VoiceCostTests {
  /// For a minute samples pass as they came; then the delay is lowered, and every sample is computed.
  @Test(arguments: [(48_000, 2), (48_000, 1), (48_000, 8), (44_100, 2)])
  func `processor time for a second of sound`(rate: Int, channels: Int) throws {
    let format = StreamFormat(sampleRate: rate, channels: channels)
    var random = SeededGenerator(seed: 1)
    let bytes = (0..<rate / 50 * channels).map { _ in Int16.random(in: -8000...8000, using: &random) }.pcmBytes
    let ends = try Voice.make(
      input: format, output: (sampleRate: 48_000, channels: channels), settings: JitterSettings(),
      record: PathRecord(), at: Instant(nanoseconds: 0))
    var writer = ends.writer
    var reader = ends.reader
    var block = [Float](repeating: 0, count: 480 * channels)
    for (name, seconds) in [("start", 0..<5), ("exact", 5..<55), ("between", 55..<75), ("corrected", 75..<125)] {
      var worst = 0.0
      let begin = processorTime()
      for tick in seconds.lowerBound * 100..<seconds.upperBound * 100 {
        let before = processorTime()
        let now = Instant(nanoseconds: Int64(tick) * 10_000_000)
        if tick % 2 == 0 { _ = writer.write(Packet(bytes: unsafe bytes.span.bytes, frames: rate / 50, arrival: now)) }
        var span = block.mutableSpan
        _ = reader.mix(into: &span, frames: 480, now: now)
        worst = max(worst, processorTime() - before)
      }
      let cost = (processorTime() - begin) / Double(seconds.count)
      print(
        "voice \(format) \(name): \(Int(cost * 1e6)) us per second of sound, worst block \(Int(worst * 1e6)) us,",
        "read \(reader.statistics.driftPpm) ppm faster")
    }
  }
}

let isBenchmarking = unsafe getenv("BENCH") != nil

/// Seconds this thread has run.
private func processorTime() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
