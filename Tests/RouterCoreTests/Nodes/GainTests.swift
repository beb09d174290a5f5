import Support
import Testing

@testable import RouterCore

@Suite struct GainTests {
  private func bench(_ node: GainNode, _ format: StreamFormat) async throws -> StageBench {
    let host = try FakeHost()
    let request = StageRequest(
      stream: 1, port: "audio", format: format, offer: StreamOffer(format: format, peer: "", label: ""),
      origin: "source", loop: host.loop)
    let made = try await node.makeStage(for: request)
    #expect(made.output == format)
    let bench = StageBench(made.stage, format: format)
    await host.stop()
    return bench
  }

  private func config(_ gainDb: Double, mute: Bool = false) -> Gain.Config {
    var config = Gain.Config()
    config.gainDb = gainDb
    config.mute = mute
    return config
  }

  @Test(arguments: triedFormats) func `unity passes every bit`(format: StreamFormat) async throws {
    let bench = try await bench(GainNode(config(0)), format)
    let bytes = ramp(format, frames: 960)
    bench.push(bytes)
    bench.push(bytes)
    #expect(bench.recording.bytes == bytes + bytes)
    #expect(bench.recording.packets.map(\.sequence) == [0, 1])
  }

  @Test(arguments: [1, 2, 3, 5]) func `minus six decibels is the rounded product in every channel`(
    channels: Int
  ) async throws {
    let format = StreamFormat(sampleRate: 48_000, channels: channels)
    let bench = try await bench(GainNode(config(-6)), format)
    let input = ramp(format, frames: 100).int16Samples
    bench.push(input)
    let factor = Float(amplitude(decibels: -6))
    #expect(bench.recording.int16 == input.map { Int16((Float($0) * factor).rounded(.toNearestOrEven)) })
  }

  @Test func `sixteen bits saturate and floats do not`() async throws {
    let narrow = try await bench(GainNode(config(20)), StreamFormat(sampleRate: 48_000, channels: 1))
    narrow.push([Int16](arrayLiteral: 30_000, -30_000, 1000, -1000))
    #expect(narrow.recording.int16 == [32_767, -32_768, 10_000, -10_000])
    let wide = try await bench(
      GainNode(config(20)), StreamFormat(sampleRate: 48_000, channels: 1, sample: .float32))
    wide.push([Float](arrayLiteral: 0.5, -1))
    #expect(wide.recording.float == [5, -10])
  }

  @Test func `mute is digital silence`() async throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 3)
    let bench = try await bench(GainNode(config(0, mute: true)), format)
    bench.push(ramp(format, frames: 960))
    #expect(bench.recording.int16 == [Int16](repeating: 0, count: 2880))
  }

  @Test func `a change glides over 20 ms without a step, also across packets, and then stands`() async throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32)
    let node = GainNode(config(0))
    let bench = try await bench(node, format)
    let one = [Float](repeating: 1, count: 2 * 700)
    bench.push(one)
    await node.update(to: config(0, mute: true))
    bench.push(one)
    bench.push(one)
    let heard = bench.recording.float
    let left = stride(from: 0, to: heard.count, by: 2).map { heard[$0] }
    let right = stride(from: 1, to: heard.count, by: 2).map { heard[$0] }
    #expect(left == right)
    #expect(left[0..<700].allSatisfy { $0 == 1 })
    for frame in 700..<1660 { #expect(abs(left[frame] - left[frame - 1] + 1 / 960) < 1e-5) }
    #expect(left[1659...].allSatisfy { $0 == 0 })
  }

  @Test func `back at unity every bit passes again`() async throws {
    let format = StreamFormat(sampleRate: 8_000, channels: 1)
    let node = GainNode(config(-40))
    let bench = try await bench(node, format)
    bench.push(ramp(format, frames: 160))
    await node.update(to: config(0))
    bench.push(ramp(format, frames: 160))
    bench.recording.clear()
    let bytes = ramp(format, frames: 333)
    bench.push(bytes)
    #expect(bench.recording.bytes == bytes)
  }

  @Test func `a huge packet leaves in parts that are numbered on`() async throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let bench = try await bench(GainNode(config(-20)), format)
    bench.push(ramp(format, frames: 10_000))
    bench.push(ramp(format, frames: 10))
    #expect(bench.recording.packets.map(\.frames) == [4096, 4096, 1808, 10])
    #expect(bench.recording.packets.map(\.sequence) == [0, 1, 2, 3])
    #expect(bench.recording.frames == 10_010)
  }

  @Test func `the verdict from below comes back, and gaps pass`() async throws {
    let bench = try await bench(GainNode(config(-20)), StreamFormat(sampleRate: 48_000, channels: 1))
    bench.recording.verdict = .pause
    #expect(bench.push([Int16](repeating: 1, count: 10)) == .pause)
    bench.gap(frames: 77)
    #expect(bench.recording.gaps == [77])
  }

  @Test func `a packet without a whole frame does no harm`() async throws {
    let bench = try await bench(GainNode(config(-20)), StreamFormat(sampleRate: 48_000, channels: 2))
    bench.push([UInt8]())
    bench.push([1, 2, 3] as [UInt8])
    #expect(bench.recording.frames == 0)
  }
}
