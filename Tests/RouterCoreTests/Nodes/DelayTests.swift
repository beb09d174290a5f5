import Support
import Testing

@testable import RouterCore

@Suite struct DelayTests {
  private func bench(_ format: StreamFormat, frames: Int) -> StageBench {
    StageBench(DelayStage(format, frames: frames), format: format)
  }

  private func silence(_ format: StreamFormat, _ frames: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: frames * format.bytesPerFrame)
  }

  @Test(arguments: triedFormats) func `what went in comes out later, all of it`(format: StreamFormat) {
    for delay in [1, 479, 960, 961, 5000] {
      let bench = bench(format, frames: delay)
      var input: [UInt8] = []
      for packet in 0..<8 {
        let bytes = ramp(format, frames: 960 - packet, from: packet * 960)
        bench.push(bytes)
        input += bytes
      }
      bench.finish()
      #expect(bench.recording.bytes == silence(format, delay) + input)
      #expect(bench.recording.packets.map(\.sequence) == (0..<UInt64(bench.recording.packets.count)).map { $0 })
      #expect(bench.recording.ends == [.closed])
    }
  }

  @Test func `packets keep their size while the stream runs`() {
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    let bench = bench(format, frames: 1000)
    for _ in 0..<5 { bench.push(ramp(format, frames: 960)) }
    #expect(bench.recording.packets.map(\.frames) == [960, 960, 960, 960, 960])
  }

  @Test func `a short gap passes the line as silence`() {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let bench = bench(format, frames: 500)
    bench.push(ramp(format, frames: 960, from: 1))
    bench.gap(frames: 300)
    bench.push(ramp(format, frames: 960, from: 1261))
    bench.finish()
    #expect(
      bench.recording.bytes == silence(format, 500) + ramp(format, frames: 960, from: 1) + silence(format, 300)
        + ramp(format, frames: 960, from: 1261))
    #expect(bench.recording.gaps.isEmpty)
  }

  @Test func `of a long gap only what the line holds is filled`() {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let bench = bench(format, frames: 500)
    bench.push(ramp(format, frames: 960, from: 1))
    bench.gap(frames: 1_000_000_000)
    #expect(bench.recording.gaps == [999_999_500])
    #expect(bench.recording.bytes == silence(format, 500) + ramp(format, frames: 960, from: 1))
  }

  @Test func `missing frames that only the header tells are filled once`() {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let told = bench(format, frames: 500)
    told.gap(frames: 100)
    told.push(ramp(format, frames: 10, from: 1), missing: 100)
    told.finish()
    let untold = bench(format, frames: 500)
    untold.push(ramp(format, frames: 10, from: 1), missing: 100)
    untold.finish()
    #expect(told.recording.bytes == silence(format, 600) + ramp(format, frames: 10, from: 1))
    #expect(untold.recording.bytes == told.recording.bytes)
  }

  @Test func `no delay passes packets as they are, too long a one is refused`() async throws {
    let host = try FakeHost()
    var config = Delay.Config()
    config.delayMs = 0
    let format = StreamFormat(sampleRate: 48_000, channels: 5)
    let stream = try await host.open(DelayNode(config), format: format)
    await stream.push(ramp(format, frames: 100))
    #expect(stream.recording.bytes == ramp(format, frames: 100))
    config.delayMs = 10_000
    let large = StreamFormat(sampleRate: 192_000, channels: 32, sample: .float32)
    await #expect(throws: StageRefusal.self) { _ = try await host.open(DelayNode(config), format: large) }
    await host.stop()
  }
}
