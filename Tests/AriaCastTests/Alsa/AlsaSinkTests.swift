import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// The speaker on the real alsa-lib and a card that plays in real time.
@Suite(.serialized) struct AlsaSinkTests {
  static let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  @Test func `what is heard is what was sent, bit for bit`() async throws {
    try await Self.undisturbed {
      let card = try PacedCard()
      let bench = try SpeakerBench(card.device())
      let sent = Self.noise(frames: 48_000, seed: 1)
      try await bench.run {
        let stream = try await bench.open(Self.stereo)
        await stream.send(sent.pcmBytes)
        await stream.close()
        #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= sent.count })
        #expect(await comesTrue { stream.record.playedPeriods.load(ordering: .relaxed) >= 100 })
      }
      return (Array(Self.sounding(card.played.int16Samples)), sent)
    }
  }

  @Test func `two streams are the exact sum of both`() async throws {
    let first = Self.noise(frames: 48_000, seed: 2)
    let second = Self.noise(frames: 24_000, seed: 3)
    try await Self.undisturbed {
      let card = try PacedCard()
      let bench = try SpeakerBench(card.device())
      try await bench.run {
        let a = try await bench.open(Self.stereo)
        async let whole: Void = a.send(first.pcmBytes)
        #expect(await comesTrue { Self.sounding(card.played.int16Samples).count > 960 })
        let b = try await bench.open(Self.stereo)
        await b.send(second.pcmBytes)
        await b.close()
        await whole
        await a.close()
        #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= first.count })
      }
      let heard = Array(Self.sounding(card.played.int16Samples))
      let offset = (zip(heard, first).enumerated().first { $1.0 != $1.1 }?.offset ?? 0) & ~1
      let sum = first.indices.map { index in
        first[index] + (second.indices.contains(index - offset) ? second[index - offset] : 0)
      }
      return (heard, sum)
    }
  }

  @Test func `of two streams only the newest is heard, and the older again after it`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device(), combine: .newest)
    let old = [Int16](repeating: 1000, count: 2 * 480_000)
    let new = [Int16](repeating: -500, count: 2 * 19_200)
    try await bench.run {
      let a = try await bench.open(Self.stereo)
      async let whole: Void = a.send(old.pcmBytes)
      #expect(await comesTrue { card.played.int16Samples.last == 1000 })
      let b = try await bench.open(Self.stereo)
      await b.send(new.pcmBytes)
      await b.close()
      #expect(await comesTrue { card.played.int16Samples.last == 1000 })
      await a.close()
      await whole
    }
    let heard = card.played.int16Samples
    let count = heard.count { $0 == -500 }
    #expect(count > new.count - 2 * 960)
    let (first, last) = (heard.firstIndex(of: -500), heard.lastIndex(of: -500))
    let (firstNew, lastNew) = (try #require(first), try #require(last))
    let during = heard[firstNew...lastNew].count { $0 == 1000 }
    #expect(during == 0)
  }

  @Test func `a card that is pulled out is waited for, and what was sent meanwhile is not kept`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let parts = [1, 2, 3].map { [Int16](repeating: $0, count: 2 * 19_200) }
    try await bench.run {
      let stream = try await bench.open(Self.stereo)
      await stream.send(parts[0].pcmBytes)
      card.raise("unplugged")
      let failure = await bench.failure()
      #expect(failure?.kind == .missing)
      #expect(failure?.reason == "sound card \"\(card.device())\" is gone: No such device")
      #expect(!bench.isRunning)
      await stream.send(parts[1].pcmBytes)
      await #expect(throws: NodeFailure.self) { try await bench.start() }
      card.lower("unplugged")
      try await bench.start()
      await stream.send(parts[2].pcmBytes)
      await stream.close()
      #expect(await comesTrue { card.played.int16Samples.last == 0 })
    }
    let heard = card.played.int16Samples
    let counts = [1, 2, 3].map { value in heard.count { $0 == value } }
    #expect(counts[0] > 0 && counts[1] == 0 && counts[2] == parts[2].count)
  }

  @Test func `a card that runs dry is brought back and counted`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    try await bench.run {
      let stream = try await bench.open(Self.stereo)
      let sent = [Int16](repeating: 7, count: 2 * 38_400)
      async let whole: Void = stream.send(sent.pcmBytes)
      #expect(await comesTrue { card.played.int16Samples.contains(7) })
      card.raise("xrun")
      #expect(await comesTrue { !card.has("xrun") })
      let until = card.played.count
      await whole
      await stream.close()
      #expect(await comesTrue { card.played.int16Samples.last == 0 })
      let after = Array(card.played.dropFirst(until)).int16Samples.count { $0 == 7 }
      #expect(after > 9600)
    }
    #expect(bench.cardUnderruns == 1)
  }

  @Test func `a card that hangs is given up after two seconds`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    try await bench.run {
      card.raise("hang")
      let failure = await bench.failure()
      #expect(failure?.kind == .missing)
      #expect(failure?.reason == "sound card \"\(card.device())\" is gone: it has taken no sound for 2 s")
    }
  }

  @Test func `after thirty silent seconds the card rests, and the next sound is whole`() async throws {
    let sent = Self.noise(frames: 9_600, seed: 9)
    try await Self.undisturbed {
      let card = try PacedCard()
      let bench = try SpeakerBench(card.device())
      try await bench.run {
        #expect(await comesTrue { bench.isRunning })
        bench.time.jump(by: .seconds(31))
        #expect(await comesTrue { !bench.isRunning })
        let stream = try await bench.open(Self.stereo)
        await stream.send(sent.pcmBytes)
        #expect(bench.isRunning)
        await stream.close()
        #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= sent.count })
        bench.time.jump(by: .seconds(31))
        #expect(await comesTrue { !bench.isRunning })
        card.raise("unplugged")
        #expect(await bench.failure()?.kind == .missing)
      }
      return (Array(Self.sounding(card.played.int16Samples)), sent)
    }
  }

  @Test func `a card with one rate, one channel and 32 bits gets what it can play`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device("RATE=44100,CHANNELS=1,FORMAT=S32_LE"))
    try await bench.run {
      let stream = try await bench.open(Self.stereo)
      await stream.send(Self.tone(frames: 24_000, rate: 48_000, channels: 2).pcmBytes)
      await stream.close()
      #expect(await comesTrue { Self.sounding(Self.high(card.played)).count >= 22_000 })
    }
    let heard = Array(Self.sounding(Self.high(card.played)))
    #expect(abs(heard.count - 22_050) < 100)
    #expect(abs(Self.risingCrossings(heard) - 500) <= 1)
  }

  @Test func `mono at 44100 Hz is heard on both channels at 48000 Hz`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    try await bench.run {
      let stream = try await bench.open(StreamFormat(sampleRate: 44_100, channels: 1))
      await stream.send(Self.tone(frames: 22_050, rate: 44_100, channels: 1).pcmBytes)
      await stream.close()
      #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= 2 * 23_900 })
    }
    let heard = card.played.int16Samples
    let left = stride(from: 0, to: heard.count - 1, by: 2).map { heard[$0] }
    let right = stride(from: 1, to: heard.count, by: 2).map { heard[$0] }
    Self.expectEqual(left, right)
    #expect(abs(Self.risingCrossings(Array(Self.sounding(left))) - 500) <= 1)
  }

  @Test func `a file that takes everything at once is written in real time`() async throws {
    let sent = Self.noise(frames: 19_200, seed: 11)
    try await Self.undisturbed {
      let card = try PacedCard()
      let bench = try SpeakerBench("instant:FILE=\(card.folder)/played.raw")
      let begin = Instant.now()
      try await bench.run {
        let stream = try await bench.open(Self.stereo)
        await stream.send(sent.pcmBytes)
        await stream.close()
        #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= sent.count })
      }
      let seconds = Double(card.played.count / 4) / 48_000
      #expect(seconds < (Instant.now() - begin).seconds + 0.3)
      return (Array(Self.sounding(card.played.int16Samples)), sent)
    }
  }
}
