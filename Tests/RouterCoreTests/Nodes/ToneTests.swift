import Glibc
import Support
import Testing

@testable import RouterCore

@Suite struct ToneTests {
  private func config(_ waveform: Tone.Waveform = .sine, rate: Int = 48_000, channels: Int = 2) -> Tone.Config {
    var config = Tone.Config()
    config.waveform = waveform
    config.sampleRate = rate
    config.channels = channels
    return config
  }

  /// Some blocks of a tone, one channel of them.
  private func blocks(_ count: Int, of config: Tone.Config, channel: Int = 0) -> [Int16] {
    let settings = ToneSettings(config)
    var generator = ToneGenerator(config.format, frames: config.sampleRate / 50, settings)
    return (0..<count).flatMap { _ -> [Int16] in
      generator.makeBlock()
      let all = generator.samples
      return stride(from: channel, to: all.count, by: config.channels).map { all[$0] }
    }
  }

  /// Magnitude of one frequency, 1 for a sine of full scale: one bin of a discrete Fourier transform.
  private func magnitude(_ samples: some Collection<Int16>, hz: Double, rate: Int) -> Double {
    var (real, imaginary) = (0.0, 0.0)
    for (index, sample) in samples.enumerated() {
      let angle = 2 * Double.pi * hz * Double(index) / Double(rate)
      real += Double(sample) / 32768 * cos(angle)
      imaginary += Double(sample) / 32768 * sin(angle)
    }
    return 2 * (real * real + imaginary * imaginary).squareRoot() / Double(samples.count)
  }

  @Test(arguments: [8_000, 11_025, 44_100, 48_000, 96_000]) func `a sine has its frequency, its level and nothing else`(
    rate: Int
  ) {
    var config = config(rate: rate)
    config.frequencyHz = 1000
    config.levelDb = -6
    let samples = blocks(50, of: config).prefix(rate * 9 / 10)
    let peak = amplitude(decibels: -6)
    #expect(abs(magnitude(samples, hz: 1000, rate: rate) - peak) < 0.001)
    for other in [500, 2000, 3000] { #expect(magnitude(samples, hz: Double(other), rate: rate) < 0.001) }
    let error = samples.enumerated().map { index, sample in
      abs(Double(sample) - 32768 * peak * sin(2 * .pi * 1000 * Double(index) / Double(rate)))
    }
    #expect(error.max() ?? 9 < 0.6)
  }

  @Test(arguments: Tone.Config.options.filter(\.isLive).map(\.name)) func `every live option is heard at once`(
    option: String
  ) throws {
    let values: [String: JSON] = ["frequencyHz": 555, "levelDb": -40, "waveform": "noise"]
    let first = config()
    let value = try #require(values[option], "nobody tries the live option \(option)")
    let (second, problems) = Tone.Config.decode([.init(option, value)], over: first, in: .none)
    #expect(problems.isEmpty)
    let settings = ToneSettings(first)
    var changed = ToneGenerator(first.format, frames: 960, settings)
    var steady = ToneGenerator(first.format, frames: 960, ToneSettings(first))
    for _ in 0..<2 {
      changed.makeBlock()
      steady.makeBlock()
    }
    #expect(changed.samples == steady.samples)
    settings.set(second)
    changed.makeBlock()
    steady.makeBlock()
    #expect(changed.samples != steady.samples)
  }

  @Test func `all channels carry the same sine`() {
    #expect(blocks(5, of: config(channels: 5)) == blocks(5, of: config(channels: 5), channel: 4))
  }

  @Test func `another frequency and level leave no step`() {
    var config = config(channels: 1)
    let settings = ToneSettings(config)
    var generator = ToneGenerator(config.format, frames: 960, settings)
    var samples: [Int16] = []
    for block in 0..<20 {
      config.frequencyHz = block.isMultiple(of: 2) ? 440 : 523.25
      config.levelDb = block.isMultiple(of: 3) ? -6 : -20
      settings.set(config)
      generator.makeBlock()
      samples += generator.samples
    }
    let steepest = 32768 * amplitude(decibels: -6) * 2 * .pi * 523.25 / 48_000
    let steps = zip(samples, samples.dropFirst()).map { abs(Double($1) - Double($0)) }
    #expect(steps.max() ?? 1e9 < steepest * 1.02 + 20)
  }

  @Test func `another waveform begins from silence`() {
    var config = config(channels: 1)
    let settings = ToneSettings(config)
    var generator = ToneGenerator(config.format, frames: 960, settings)
    generator.makeBlock()
    config.waveform = .noise
    settings.set(config)
    generator.makeBlock()
    #expect(abs(generator.samples.last ?? 99) < 2)
    generator.makeBlock()
    #expect(abs(generator.samples.first ?? 99) < 10)
    #expect(abs(generator.samples.max() ?? 0) > 3000)
  }

  @Test func `noise is even, without bias, and another in each channel`() {
    var config = config(.noise)
    config.levelDb = 0
    let (left, right) = (blocks(100, of: config), blocks(100, of: config, channel: 1))
    #expect(left != right)
    let mean = left.reduce(0) { $0 + Double($1) } / Double(left.count)
    let power = left.reduce(0) { $0 + Double($1) * Double($1) } / Double(left.count) / (32768 * 32768)
    #expect(abs(mean) < 300)
    #expect(abs(power - 1.0 / 3) < 0.01)
    let together = zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(left.count)
    #expect(abs(together) / (32768 * 32768) < 0.01)
    let neighbours = zip(left, left.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(left.count)
    #expect(abs(neighbours) / (32768 * 32768) < 0.01)
  }

  @Test func `the sweep goes from 20 Hz to 20 kHz in ten seconds and begins again`() {
    let samples = blocks(550, of: config(.sweep, channels: 1))
    func frequency(at second: Double) -> Double {
      let part = samples[Int(second * 48_000)..<Int(second * 48_000) + 4800]
      let rises = zip(part, part.dropFirst()).count { $0 < 0 && $1 >= 0 }
      return Double(rises) * 10
    }
    #expect(abs(frequency(at: 5) / (20 * pow(1000, 0.505)) - 1) < 0.05)
    #expect(abs(frequency(at: 9.85) / (20 * pow(1000, 0.99)) - 1) < 0.05)
    #expect(frequency(at: 10.05) < 40)
  }

  @Test func `silence is zero`() { #expect(blocks(2, of: config(.silence)).allSatisfy { $0 == 0 }) }

  @Test func `a running tone opens one stream and pushes 20 ms every 20 ms`() async throws {
    let host = try FakeHost()
    let node = ToneNode(config(), host.context)
    let task = Task { try await node.run() }
    await host.graph.wait { streams, _ in streams.count == 1 }
    let stream = try #require(host.graph.streams.first)
    // The stream is open before its clock runs.
    while stream.recording.packets.isEmpty { await host.settle() }
    await host.advance(by: .milliseconds(20), times: 49)
    let packets = stream.recording.packets
    #expect(stream.offer.format == StreamFormat(sampleRate: 48_000, channels: 2))
    #expect(packets.count == 50)
    #expect(packets.allSatisfy { $0.frames == 960 && $0.bytes.count == 3840 })
    #expect(packets.map(\.sequence) == (0..<50).map { UInt64($0) })
    task.cancel()
    try await task.value
    #expect(host.graph.streams.first?.end == .stopping)
    #expect(stream.recording.ends == [.stopping])
    await host.stop()
  }

  @Test func `a loop that comes late makes up for what is missing, without a jump in phase`() async throws {
    let host = try FakeHost()
    let node = ToneNode(config(channels: 1), host.context)
    let task = Task { try await node.run() }
    await host.graph.wait { streams, _ in streams.count == 1 }
    let recording = try #require(host.graph.streams.first).recording
    while recording.packets.isEmpty { await host.settle() }
    await host.advance(by: .milliseconds(65))
    await host.advance(by: .milliseconds(15))
    #expect(recording.packets.count == 5)
    #expect(recording.int16 == blocks(5, of: config(channels: 1)))
    task.cancel()
    try await task.value
    await host.stop()
  }

  @Test func `a stream that somebody disconnects comes back after a second`() async throws {
    let host = try FakeHost()
    let node = ToneNode(config(), host.context)
    let task = Task { try await node.run() }
    await host.graph.wait { streams, _ in streams.count == 1 }
    let first = try #require(host.graph.streams.first)
    await host.graph.close(first.id, .disconnected)
    await host.advance(by: .milliseconds(20))
    await host.time.waitForSleepers()
    host.time.advance(by: .seconds(1))
    await host.graph.wait { streams, _ in streams.count == 2 }
    task.cancel()
    try await task.value
    await host.stop()
  }

  @Test func `a frequency the rate cannot carry is a problem`() {
    var config = config(rate: 8_000)
    config.frequencyHz = 4000
    #expect(config.check().map(\.path) == ["frequencyHz"])
    config.frequencyHz = 3999
    #expect(config.check().isEmpty)
  }
}

extension ToneGenerator {
  /// The last block.
  fileprivate var samples: [Int16] {
    let span = bytes.span(0..<bytes.count)
    return span.indices.map { span[$0] }.int16Samples
  }
}
