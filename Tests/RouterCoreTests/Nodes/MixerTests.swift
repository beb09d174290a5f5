import Glibc
import Support
import Testing

@testable import RouterCore

@Suite struct MixerTests {
  /// A running mixer, its clock and what it plays.
  private struct Rig {
    let host: FakeHost
    let node: MixerNode
    let task: Task<Void, any Error>
    let output: Recording

    init(_ config: Mixer.Config) async throws {
      let host = try FakeHost()
      let node = MixerNode(config, host.context)
      self.host = host
      self.node = node
      task = Task { try await node.run() }
      await host.graph.wait { streams, _ in streams.count == 1 }
      output = try #require(host.graph.streams.first).recording
      while output.packets.isEmpty { await host.settle() }
    }

    /// Pushes one packet of 20 ms into each stream, then moves the clock on, `times` times.
    func play(_ sources: [(stream: FakeStream, packet: (Int) -> [UInt8])], times: Int) async {
      for number in 0..<times {
        for source in sources { await source.stream.push(source.packet(number), sequence: UInt64(number)) }
        await host.advance(by: .milliseconds(20))
      }
    }

    func end() async throws {
      task.cancel()
      try await task.value
      await host.stop()
    }
  }

  private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  private func config(_ inputs: OptionMap<MixerInput>.Entry...) -> Mixer.Config {
    var config = Mixer.Config()
    config.inputs = OptionMap(inputs)
    return config
  }

  private func input(_ name: String, gainDb: Double = 0, duckDb: Double? = nil) -> OptionMap<MixerInput>.Entry {
    var input = MixerInput()
    input.gainDb = gainDb
    input.priority = duckDb != nil
    input.duckDb = duckDb ?? 12
    return .init(name, input)
  }

  private func constant(_ value: Int16) -> (Int) -> [UInt8] {
    let bytes = [Int16](repeating: value, count: 1920).pcmBytes
    return { _ in bytes }
  }

  @Test func `without streams it plays silence, 20 ms every 20 ms`() async throws {
    let rig = try await Rig(config())
    await rig.play([], times: 10)
    #expect(rig.output.packets.count == 11)
    #expect(rig.output.int16 == [Int16](repeating: 0, count: 11 * 1920))
    try await rig.end()
    #expect(rig.output.ends == [.stopping])
  }

  @Test func `one stream at unity comes out bit for bit`() async throws {
    let rig = try await Rig(config())
    let format = stereo
    let stream = try await rig.host.open(rig.node, format: format)
    await rig.play([(stream, { ramp(format, frames: 960, from: 1 + $0 * 960) })], times: 50)
    let sent = ramp(format, frames: 50 * 960, from: 1).int16Samples
    let heard = rig.output.int16
    let start = try #require(heard.firstIndex { $0 != 0 })
    #expect(
      Array(heard[start...]) == Array(sent.dropFirst(sent.firstIndex { $0 != 0 } ?? 0).prefix(heard.count - start)))
    #expect(heard.count - start > 40 * 1920)
    try await rig.end()
  }

  @Test func `streams are summed wide and saturate once`() async throws {
    let rig = try await Rig(config(input("a"), input("b"), input("c")))
    let a = try await rig.host.open(rig.node, port: "a", format: stereo)
    let b = try await rig.host.open(rig.node, port: "b", format: stereo)
    let c = try await rig.host.open(rig.node, port: "c", format: stereo)
    await rig.play([(a, constant(30_000)), (b, constant(20_000)), (c, constant(-25_000))], times: 20)
    #expect(rig.output.int16.suffix(1920 * 5).allSatisfy { $0 == 25_000 })
    await c.close()
    await rig.play([(a, constant(30_000)), (b, constant(20_000))], times: 20)
    #expect(rig.output.int16.suffix(1920 * 5).allSatisfy { $0 == 32_767 })
    try await rig.end()
  }

  @Test func `two streams at one input are summed, formats and channels are brought together`() async throws {
    let rig = try await Rig(config())
    let mono = StreamFormat(sampleRate: 48_000, channels: 1, sample: .float32)
    let first = try await rig.host.open(rig.node, format: stereo)
    let second = try await rig.host.open(rig.node, format: mono)
    let quarter = [Float](repeating: 0.25, count: 960).pcmBytes
    await rig.play([(first, constant(1000)), (second, { _ in quarter })], times: 20)
    #expect(rig.output.int16.suffix(1920 * 5).allSatisfy { $0 == 9192 })
    try await rig.end()
  }

  @Test func `an input's gain is live and glides`() async throws {
    let rig = try await Rig(config(input("a")))
    let stream = try await rig.host.open(rig.node, port: "a", format: stereo)
    await rig.play([(stream, constant(10_000))], times: 20)
    await rig.node.update(to: config(input("a", gainDb: -120)))
    rig.output.clear()
    await rig.play([(stream, constant(10_000))], times: 3)
    let heard = rig.output.int16
    #expect(heard[0] == 9_990 && heard[1919] == 0)
    for index in stride(from: 2, to: 1920, by: 2) { #expect((0...11).contains(heard[index - 2] - heard[index])) }
    #expect(heard[1920...].allSatisfy { $0 == 0 })
    try await rig.end()
  }

  @Test func `an input comes and goes while the others play on`() async throws {
    let rig = try await Rig(config(input("a")))
    let first = try await rig.host.open(rig.node, port: "a", format: stereo)
    await rig.play([(first, constant(1000))], times: 20)
    rig.output.clear()
    // The stream of a new link comes before the options that name its input.
    let second = try await rig.host.open(rig.node, port: "b", format: stereo)
    await rig.node.update(to: config(input("a"), input("b", gainDb: -120)))
    await rig.play([(first, constant(1000)), (second, constant(5000))], times: 20)
    #expect(rig.output.int16.allSatisfy { $0 == 1000 })
    await rig.node.update(to: config(input("a"), input("b")))
    await rig.play([(first, constant(1000)), (second, constant(5000))], times: 5)
    #expect(rig.output.int16.suffix(1920).allSatisfy { $0 == 6000 })
    await second.close()
    await rig.node.update(to: config(input("a")))
    await rig.play([(first, constant(1000))], times: 20)
    #expect(rig.output.int16.suffix(1920 * 5).allSatisfy { $0 == 1000 })
    try await rig.end()
  }

  @Test(arguments: ["thresholdDb", "attackMs", "holdMs", "releaseMs"]) func `every number of the ducker is live`(
    option: String
  ) throws {
    let controls = MixerControls(Mixer.Config())
    func numbers() -> [Float] {
      [controls.threshold, controls.attack, controls.hold, controls.release].map(\.value)
    }
    let before = numbers()
    let (config, problems) = Mixer.Config.decode(
      [.init(option, option == "thresholdDb" ? -12 : 1234)], over: Mixer.Config(), in: .none)
    #expect(problems.isEmpty)
    controls.set(config)
    #expect(zip(before, numbers()).count { $0 != $1 } == 1)
    #expect(
      Mixer.Config.options.filter(\.isLive).map(\.name) == ["inputs", "thresholdDb", "attackMs", "holdMs", "releaseMs"])
  }

  @Test func `a stream that is over is forgotten`() async throws {
    let rig = try await Rig(config())
    let voices = rig.host.context.metrics.gauge("router_mixer_voices", "")
    let stream = try await rig.host.open(rig.node, format: stereo)
    await rig.play([(stream, constant(5))], times: 20)
    #expect(voices.current == 1)
    await stream.close()
    await rig.play([], times: 20)
    #expect(voices.current == 0)
    try await rig.end()
  }

  @Test func `while a priority input is heard the others are lowered by duckDb, with attack, hold and release`()
    async throws
  {
    var config = config(input("music"), input("voice", duckDb: 20))
    config.attackMs = 100
    config.holdMs = 200
    config.releaseMs = 400
    let rig = try await Rig(config)
    let music = try await rig.host.open(rig.node, port: "music", format: stereo)
    let voice = try await rig.host.open(rig.node, port: "voice", format: stereo)
    let loud = [Int16](repeating: 3277, count: 1920).pcmBytes
    let quiet = [UInt8](repeating: 0, count: 3840)
    // The voice speaks from packet 50 to packet 99.
    await rig.play(
      [(music, constant(10_000)), (voice, { (50..<100).contains($0) ? loud : quiet })], times: 200)
    let heard = rig.output.int16
    let levels = stride(from: 0, to: heard.count, by: 1920).map { Int(heard[$0 + 1919]) }
    let begin = try #require(levels.firstIndex(of: 10_000))
    let duck = try #require(levels[begin...].firstIndex { $0 != 10_000 })
    let end = try #require(levels[duck...].firstIndex(of: 1000))
    #expect(levels[duck - 10..<duck].allSatisfy { $0 == 10_000 })
    // Attack: 4 dB each 20 ms, down to a tenth.
    let attack = (0..<5).map { 3277 + 10_000 * pow(10, -Double($0 + 1) * 4 / 20) }
    for (step, expected) in attack.enumerated() { #expect(abs(Double(levels[duck + step]) - expected) < 2) }
    #expect(levels[duck + 5..<end].allSatisfy { $0 == 4277 })
    #expect((45...51).contains(end - duck))
    // Hold 200 ms, then 1 dB each 20 ms.
    #expect(levels[end..<end + 10].allSatisfy { $0 == 1000 })
    for step in 1...19 {
      let expected = 10_000 * pow(10, (-20 + Double(step)) / 20)
      #expect(abs(Double(levels[end + 9 + step]) - expected) < 2)
    }
    #expect(levels[(end + 30)...].allSatisfy { $0 == 10_000 })
    try await rig.end()
  }

  @Test func `a stage that never finished gives its voice back`() async throws {
    let rig = try await Rig(config())
    let voices = rig.host.context.metrics.gauge("router_mixer_voices", "")
    let offer = StreamOffer(format: stereo, peer: "", label: "")
    do {
      _ = try await rig.node.makeStage(
        for: StageRequest(
          stream: 77, port: "audio", format: stereo, offer: offer, origin: "source", loop: rig.host.loop))
    }
    await rig.play([], times: 3)
    #expect(voices.current == 0)
    try await rig.end()
  }

  @Test func `a codec is refused, and so are rates that lie too far apart`() async throws {
    let rig = try await Rig(config())
    let mp3 = StreamFormat(codec: Codec(rawValue: "mp3"), sampleRate: 44_100, channels: 2)
    await #expect(throws: StageRefusal.self) { _ = try await rig.host.open(rig.node, format: mp3) }
    try await rig.end()
  }
}
