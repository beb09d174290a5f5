import Glibc
import Support
import Testing

@testable import RouterCore

@Suite struct ResampleTests {
  private func config(rate: Int = 0, channels: Int = 0, sample: Resample.Sample = .asItComes) -> Resample.Config {
    var config = Resample.Config()
    config.sampleRate = rate
    config.channels = channels
    config.sample = sample
    return config
  }

  /// A stage between two formats and where it ends.
  private func bench(_ config: Resample.Config, _ input: StreamFormat) throws -> StageBench {
    let converter = try PCMConverter(from: input, to: config.output(for: input))
    return StageBench(ResampleStage(converter), format: input)
  }

  private func sine(_ frames: Int, hz: Double, rate: Int) -> [Float] {
    (0..<frames).map { Float(0.5 * sin(2 * .pi * hz * Double($0) / Double(rate))) }
  }

  @Test(arguments: triedFormats) func `a format that fits passes bit for bit`(format: StreamFormat) async throws {
    let host = try FakeHost()
    let stream = try await host.open(ResampleNode(config()), format: format)
    await stream.push(ramp(format, frames: 961))
    #expect(stream.output == format)
    #expect(stream.recording.bytes == ramp(format, frames: 961))
    await host.stop()
  }

  @Test(arguments: [1, 2, 3, 5]) func `the sample type changes without loss, there and back`(channels: Int) throws {
    let narrow = StreamFormat(sampleRate: 48_000, channels: channels)
    let up = try bench(config(sample: .float32), narrow)
    up.push(ramp(narrow, frames: 5000))
    let wide = StreamFormat(sampleRate: 48_000, channels: channels, sample: .float32)
    let down = try bench(config(sample: .int16), wide)
    down.push(up.recording.bytes)
    #expect(down.recording.bytes == ramp(narrow, frames: 5000))
    #expect(up.recording.float == ramp(narrow, frames: 5000).int16Samples.map { Float($0) / 32768 })
  }

  @Test func `channels follow the rules`() throws {
    let stereo = try bench(config(channels: 2), StreamFormat(sampleRate: 48_000, channels: 1))
    stereo.push([Int16](arrayLiteral: 5, -7))
    #expect(stereo.recording.int16 == [5, 5, -7, -7])
    let mono = try bench(config(channels: 1), StreamFormat(sampleRate: 48_000, channels: 2))
    mono.push([Int16](arrayLiteral: 100, 300, -100, -300))
    #expect(mono.recording.int16 == [200, -200])
  }

  @Test(arguments: [(44_100, 48_000), (48_000, 44_100), (16_000, 48_000), (48_000, 8_000)])
  func `another rate keeps the length and the place of the sound`(from: Int, to: Int) throws {
    let format = StreamFormat(sampleRate: from, channels: 1, sample: .float32)
    let bench = try bench(config(rate: to), format)
    let input = sine(from, hz: 440, rate: from)
    for first in stride(from: 0, to: input.count, by: from / 50) {
      bench.push(Array(input[first..<min(input.count, first + from / 50)]))
    }
    bench.finish()
    let output = bench.recording.float
    #expect(abs(output.count - to) <= 1)
    #expect(bench.recording.packets.map(\.sequence) == (0..<UInt64(bench.recording.packets.count)).map { $0 })
    let expected = sine(to, hz: 440, rate: to)
    let middle = to / 10..<to * 9 / 10
    #expect(middle.map { abs(output[$0] - expected[$0]) }.max() ?? 1 < 0.002)
  }

  @Test func `channels stay apart at another rate`() throws {
    let format = StreamFormat(sampleRate: 44_100, channels: 3, sample: .float32)
    let bench = try bench(config(rate: 48_000), format)
    bench.push((0..<4410).flatMap { _ in [0.1, -0.2, 0.3] as [Float] })
    bench.finish()
    let heard = bench.recording.float
    for frame in stride(from: 500 * 3, to: 4000 * 3, by: 3) {
      for (channel, value) in [Float](arrayLiteral: 0.1, -0.2, 0.3).enumerated() {
        #expect(abs(heard[frame + channel] - value) < 0.001)
      }
    }
  }

  @Test func `a gap lets out what is looked ahead, is told in output frames, and loses no fraction`() throws {
    let format = StreamFormat(sampleRate: 44_100, channels: 1)
    let bench = try bench(config(rate: 48_000), format)
    for _ in 0..<147 { bench.gap(frames: 1) }
    #expect(bench.recording.gaps.reduce(0, +) == 160)
    bench.recording.clear()
    bench.push([Int16](repeating: 1000, count: 441))
    bench.gap(frames: 441)
    #expect(abs(bench.recording.frames - 480) <= 1)
    bench.push([Int16](repeating: 1000, count: 441).pcmBytes, missing: 441)
    #expect(bench.recording.gaps == [480])
    bench.push([Int16](repeating: 1000, count: 441).pcmBytes, missing: 441)
    #expect(bench.recording.gaps == [480, 480])
    bench.finish()
    #expect(abs(bench.recording.frames - 3 * 480) <= 3)
  }

  @Test func `a huge packet to a much higher rate leaves in bounded parts`() throws {
    let format = StreamFormat(sampleRate: 1_000, channels: 1)
    let bench = try bench(config(rate: 96_000), format)
    bench.push([Int16](repeating: 7, count: 3000))
    bench.finish()
    #expect(abs(bench.recording.frames - 288_000) <= 96)
    #expect(bench.recording.packets.allSatisfy { $0.frames <= 4096 })
  }

  @Test func `rates that lie too far apart are refused in words`() async throws {
    let host = try FakeHost()
    let far = StreamFormat(sampleRate: 1_000, channels: 1)
    do throws(StageRefusal) {
      _ = try await host.open(ResampleNode(config(rate: 768_000)), format: far)
      Issue.record("it was taken")
    } catch {
      #expect(error.reason.contains("768000"))
    }
    await host.stop()
    #expect(config(rate: 500).check().map(\.path) == ["sampleRate"])
    #expect(config(rate: 1_000).check().isEmpty)
  }
}
