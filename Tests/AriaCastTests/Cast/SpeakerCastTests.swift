import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct SpeakerCastTests {
  /// Sound without a zero byte.
  static func sound(messages: Int) -> [UInt8] { ReceiverTests.sound(3_840 * messages).map { $0 == 0 ? 1 : $0 } }

  @Test func `a stream of the speaker's format is cast bit for bit, one message each 20 ms`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    #expect(bench.speaker.lines("/control").count == 1 && bench.speaker.audio == nil)
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    let sound = Self.sound(messages: 250)
    await bench.play(sound, into: stream)
    await stream.close()
    await bench.tick(10)
    #expect(bench.heard.starts(with: sound))
    #expect(bench.heard.dropFirst(sound.count).allSatisfy { $0 == 0 })
    #expect(bench.speaker.audio?.sent.allSatisfy { $0.count == 3_840 } == true)
    #expect(bench.metric("router_cast_messages_total") == bench.speaker.audio?.sent.count)
    await bench.stop(life)
    #expect(bench.speaker.audio?.closed == 1000 && bench.speaker.control?.closed == 1000)
  }

  @Test(arguments: [(44_100, 2, SampleType.int16), (48_000, 1, .float32), (96_000, 6, .float32)])
  func `other formats are heard for the same time`(rate: Int, channels: Int, sample: SampleType) async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let format = StreamFormat(sampleRate: rate, channels: channels, sample: sample)
    let stream = try await bench.host.open(bench.node, format: format)
    let pattern =
      sample == .int16
      ? [Int16](repeating: 13_107, count: channels).pcmBytes : [Float](repeating: 0.4, count: channels).pcmBytes
    let block = (0..<rate / 50).flatMap { _ in pattern }
    for _ in 0..<50 { await bench.play(block, into: stream) }
    await stream.close()
    await bench.tick(20)
    let samples = bench.heard.int16Samples
    let loud = samples.filter { $0 > 8_000 }.count / 2
    #expect(abs(loud - 48_000) < 480)
    await bench.stop(life)
  }

  @Test func `streams that arrive together are mixed`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let one = try await bench.host.open(bench.node, format: CastBench.cd)
    let two = try await bench.host.open(bench.node, format: CastBench.cd)
    let samples = [Int16](repeating: 1_000, count: 1_920)
    for _ in 0..<20 {
      await one.push(samples)
      await two.push([Int16](repeating: 234, count: 1_920))
      await bench.tick()
    }
    #expect(bench.heard.int16Samples.suffix(1_920).allSatisfy { $0 == 1_234 })
    await bench.stop(life)
  }

  @Test func `silence does not take the speaker, and a pause gives it back`() async throws {
    var config = SpeakerCast.Config.toURL
    config.releaseSeconds = 0.5
    let bench = try CastBench(config)
    let life = try await bench.start()
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play([UInt8](repeating: 0, count: 3_840 * 20), into: stream)
    #expect(bench.speaker.audio == nil)
    await bench.play(Self.sound(messages: 20), into: stream)
    #expect(bench.speaker.lines("/audio").count == 1 && bench.speaker.audio?.closed == nil)
    for _ in 0..<40 where bench.speaker.audio?.closed == nil {
      await bench.play([UInt8](repeating: 0, count: 3_840), into: stream)
    }
    #expect(bench.speaker.audio?.closed == 1000)
    let count = bench.speaker.audio?.sent.count ?? 0
    #expect((38...50).contains(count))
    await bench.play(Self.sound(messages: 20), into: stream)
    #expect(bench.speaker.lines("/audio").count == 2)
    await bench.stop(life)
  }

  @Test func `a full queue loses messages and counts them`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play(Self.sound(messages: 10), into: stream)
    bench.speaker.audio?.isFull = true
    await bench.play(Self.sound(messages: 10), into: stream)
    #expect(bench.metric("router_cast_lost_messages_total") == 10)
    await bench.stop(life)
  }

  @Test func `too many streams are refused with the way out`() async throws {
    let bench = try CastBench()
    for _ in 0..<CastMixer.capacity { _ = try await bench.host.open(bench.node, format: CastBench.cd) }
    let refusal = await #expect(throws: StageRefusal.self) {
      _ = try await bench.host.open(bench.node, format: CastBench.cd)
    }
    #expect(refusal?.bridge == "mixer")
    await bench.host.stop()
  }

  @Test func `streams that ended while the speaker was away are forgotten`() async throws {
    let bench = try CastBench()
    for _ in 0..<CastMixer.capacity * 2 {
      let stream = try await bench.host.open(bench.node, format: CastBench.cd)
      await stream.push(Self.sound(messages: 1))
      await stream.close()
    }
    #expect(await bench.node.streams == 1)
    await bench.host.stop()
  }
}
