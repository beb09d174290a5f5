import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// Options of `alsa.sink` and `ariacast.sender` that change while they play.
@Suite(.serialized) struct SpeakerOptionsTests {
  @Test func `the tables name what is tried here`() {
    #expect(AlsaSinkConfig.liveOptions == ["latencyMs", "combine", "mixer"])
    #expect(SpeakerCast.Config.liveOptions == ["discovery", "latencyMs", "releaseSeconds"])
  }

  // MARK: alsa.sink

  @Test func `from mix to newest the older stream fades out within a period, and back in`() throws {
    var desk = try SpeakerDesk()
    let (old, new) = (desk.open(), desk.open())
    #expect(try desk.connect(old))
    #expect(try desk.connect(new))
    #expect(desk.play([(old, 8_000), (new, 500)], times: 10).last == 8_500)
    desk.tuning.combination = .newest
    let alone = desk.play([(old, 8_000), (new, 500)], times: 4)
    #expect(alone.first == 8_500 && alone[960...].allSatisfy { $0 == 500 })
    desk.tuning.combination = .mix
    let both = desk.play([(old, 8_000), (new, 500)], times: 4)
    #expect(both.first == 500 && both[960...].allSatisfy { $0 == 8_500 })
    for heard in [alone, both] {
      let steps = zip(heard, heard.dropFirst(2)).map { abs(Int($0) - Int($1)) }
      #expect(steps.allSatisfy { $0 <= 17 }, "a step of \(steps.max() ?? 0)")
    }
  }

  @Test func `a lower ceiling cuts what a stream has piled up, once, and a higher one leaves it`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    #expect(try desk.connect(stream))
    for _ in 0..<8 { desk.push(SpeakerDesk.packet(1), to: stream) }
    func queued(after periods: Int) -> Int {
      _ = desk.play([(stream, 1)], times: periods)
      return desk.input(stream).record.queuedFrames.load(ordering: .relaxed)
    }
    let piled = queued(after: 20)
    #expect(piled > 6_000)
    desk.tuning.ceiling = .milliseconds(500)
    #expect(abs(queued(after: 20) - piled) < 100)
    desk.tuning.ceiling = .milliseconds(40)
    let cut = queued(after: 20)
    #expect(cut < 4_000)
    #expect(desk.input(stream).record.underruns.load(ordering: .relaxed) == 0)
    #expect(abs(queued(after: 20) - cut) < 500)
  }

  @Test func `the card plays on while delay, combination and volume control change`() async throws {
    let card = try PacedCard()
    card.setMixer(" 75 1")
    let bench = try SpeakerBench(card.device(), mixer: .off)
    let node = try #require(bench.node as? AlsaSinkNode)
    var config = await node.config
    try await bench.run {
      let stream = try await bench.open(AlsaSinkTests.stereo)
      async let whole: Void = stream.send([Int16](repeating: 8_000, count: 2 * 38_400).pcmBytes)
      #expect(await comesTrue { AlsaSinkTests.sounding(card.played.int16Samples).count > 960 })
      await bench.set(VolumeEvent(percent: 50))
      #expect(card.mixer == " 75 1", "the card's control is not ours")
      config.mixer = .on(.auto)
      config.latencyMs = 900
      config.combine = .newest
      await node.update(to: config)
      #expect(node.tuning.ceiling == .milliseconds(900) && node.tuning.combination == .newest)
      #expect(await comesTrue { card.mixer == " 74 1" })
      #expect(node.loudness.gain == 1)
      config.mixer = .off
      await node.update(to: config)
      await bench.set(VolumeEvent(percent: 0))
      #expect(card.mixer == " 74 1" && node.loudness.gain == 0)
      await whole
      await stream.close()
    }
    #expect(bench.faults.dropFirst() == [0, 0])
    #expect(bench.words.filter { $0.contains("sound card open") }.count == 1)
  }

  // MARK: ariacast.sender

  @Test func `a cast goes on while its limits change, and is released by the new ones`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    let sound = SpeakerCastTests.sound(messages: 100)
    await bench.play(Array(sound[..<192_000]), into: stream)
    #expect(await bench.node.delayMs >= 99)
    var config = SpeakerCast.Config.toURL
    config.releaseSeconds = 0.2
    config.latencyMs = 60
    await bench.node.update(to: config)
    #expect(bench.speaker.lines("/audio").count == 1)
    await bench.play(Array(sound[192_000...]), into: stream)
    #expect(await bench.node.delayMs <= 61)
    // With the first limit the speaker would be held for 500 messages of silence.
    for _ in 0..<40 where bench.speaker.audio?.closed == nil {
      await bench.play([UInt8](repeating: 0, count: 3_840), into: stream)
    }
    #expect(bench.speaker.lines("/audio").count == 1)
    #expect(bench.speaker.audio?.closed == 1000, "the speaker is free after 0.2 s of silence")
    await bench.stop(life)
  }

  @Test func `the next search asks where the options say`() async throws {
    var config = SpeakerCast.Config.toSpeaker("Kitchen")
    let bench = try CastBench(config)
    config.discovery = .off
    await bench.node.update(to: config)
    await #expect(throws: NodeFailure.self) { try await bench.node.prepare() }
    #expect(bench.finder.queries.map { $0.requests == nil } == [true])
    await bench.host.stop()
  }
}

extension SpeakerCastNode {
  /// The longest delay a stream's buffer holds, in milliseconds.
  fileprivate var delayMs: Double { mixer.delayMs }
}
