import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// The speaker on the real alsa-lib and a card that plays in real time.
@Suite(.serialized) struct AlsaSinkTests {
  static let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  /// Noise whose first and last frame are loud, so that its place in a recording is certain.
  static func noise(frames: Int, seed: UInt64, channels: Int = 2, peak: Int = 12_000) -> [Int16] {
    var generator = SeededGenerator(seed: seed)
    var samples = (0..<frames * channels).map { _ in Int16(Int.random(in: -peak...peak, using: &generator)) }
    for index in 0..<channels {
      samples[index] = Int16(peak)
      samples[samples.count - 1 - index] = Int16(-peak)
    }
    return samples
  }

  /// The sound between the silence before and after it.
  static func sounding(_ samples: [Int16]) -> ArraySlice<Int16> {
    guard let first = samples.firstIndex(where: { $0 != 0 }), let last = samples.lastIndex(where: { $0 != 0 }) else {
      return []
    }
    return samples[first...last]
  }

  @Test func `what is heard is what was sent, bit for bit`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let sent = Self.noise(frames: 48_000, seed: 1)
    try await bench.run {
      let stream = try await bench.open(Self.stereo)
      await stream.send(sent.pcmBytes)
      await stream.close()
      #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= sent.count })
      #expect(stream.record.underruns.load(ordering: .relaxed) == 0)
      #expect(stream.record.playedPeriods.load(ordering: .relaxed) >= 100)
    }
    #expect(bench.cardUnderruns == 0)
    let heard = Array(Self.sounding(card.played.int16Samples))
    Self.expectEqual(heard, sent)
  }

  @Test func `two streams are the exact sum of both`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let first = Self.noise(frames: 48_000, seed: 2)
    let second = Self.noise(frames: 24_000, seed: 3)
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
    let difference = zip(heard, first).enumerated().first { $1.0 != $1.1 }?.offset
    let offset = try #require(difference) & ~1
    let sum = first.indices.map { index in
      first[index] + (second.indices.contains(index - offset) ? second[index - offset] : 0)
    }
    Self.expectEqual(heard, sum)
  }

  @Test func `of two streams only the newest is heard, and the older again after it`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device(), combine: .newest)
    let old = [Int16](repeating: 1000, count: 2 * 48_000)
    let new = [Int16](repeating: -500, count: 2 * 19_200)
    try await bench.run {
      let a = try await bench.open(Self.stereo)
      async let whole: Void = a.send(old.pcmBytes)
      #expect(await comesTrue { Self.sounding(card.played.int16Samples).count > 9600 })
      let b = try await bench.open(Self.stereo)
      await b.send(new.pcmBytes)
      await b.close()
      await whole
      await a.close()
      #expect(await comesTrue { card.played.int16Samples.last == 0 })
    }
    let heard = card.played.int16Samples
    let count = heard.count { $0 == -500 }
    #expect(count > new.count - 2 * 960)
    let first = heard.firstIndex(of: -500)
    let last = heard.lastIndex(of: -500)
    let (firstNew, lastNew) = (try #require(first), try #require(last))
    let before = heard[..<firstNew].count { $0 == 1000 }
    let during = heard[firstNew...lastNew].count { $0 == 1000 }
    let after = heard[lastNew...].count { $0 == 1000 }
    #expect(before > 0 && during == 0 && after > 0)
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
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let sent = Self.noise(frames: 9_600, seed: 9)
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
    Self.expectEqual(Array(Self.sounding(card.played.int16Samples)), sent)
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
    let card = try PacedCard()
    let bench = try SpeakerBench("instant:FILE=\(card.folder)/played.raw")
    let sent = Self.noise(frames: 19_200, seed: 11)
    let begin = Instant.now()
    try await bench.run {
      let stream = try await bench.open(Self.stereo)
      await stream.send(sent.pcmBytes)
      await stream.close()
      #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= sent.count })
    }
    let seconds = (Instant.now() - begin).seconds
    Self.expectEqual(Array(Self.sounding(card.played.int16Samples)), sent)
    let written = Double(card.played.count / 4) / 48_000
    #expect(written < seconds + 0.3)
  }

  // MARK: Opening

  @Test func `a card that is not there is missing, with its exact name and alsa's words`() async throws {
    _ = try PacedCard()
    let bench = try SpeakerBench("hw:CARD=Nowhere")
    let failure = await #expect(throws: NodeFailure.self) { try await bench.start() }
    #expect(failure?.kind == .missing)
    #expect(failure?.reason.hasPrefix("cannot open sound card \"hw:CARD=Nowhere\": ") == true)
    #expect(failure?.reason.contains("(alsa: ") == true)
    #expect(failure?.hint?.hasPrefix("no sound card was found on this machine: plug one in") == true)
    await bench.stop()
  }

  @Test(arguments: [
    (EBUSY, "another program plays on it"), (EACCES, "let this user use sound"), (EPERM, "let this user"),
  ])
  func `a card somebody else holds or guards blocks`(code: Int32, hint: String) async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device("REFUSE=\(code)"))
    let failure = await #expect(throws: NodeFailure.self) { try await bench.start() }
    #expect(failure?.kind == .blocked)
    #expect(failure?.hint?.hasPrefix(hint) == true)
    await bench.stop()
  }

  @Test func `a stream without a card passes silently`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let stream = try await bench.open(Self.stereo)
    await stream.send([Int16](repeating: 5, count: 9600).pcmBytes)
    #expect(stream.record.queuedFrames.load(ordering: .relaxed) == 0)
    await stream.close()
    await bench.stop()
    #expect(card.played.isEmpty)
  }

  @Test func `cards are listed by the names that open them`() throws {
    _ = try PacedCard()
    #expect(AlsaSink.choices()["device"]?.contains("paced") == true)
  }

  // MARK: The double

  @Test(arguments: [0, 20_000])
  func `the card of these tests keeps time`(ppm: Int) async throws {
    let card = try PacedCard()
    let device = card.device("PPM=\(ppm)")
    let measured = try #require(await Self.rate(of: device, over: .milliseconds(700)))
    #expect(abs(measured / 48_000 - 1 - Double(ppm) * 1e-6) < 0.003)
  }

  /// Frames a second a card takes, by its own delay at two instants.
  static func rate(of device: String, over time: Duration) async -> Double? {
    await withCheckedContinuation { done in
      let work: @Sendable () -> Void = {
        var result: Double?
        do {
          let card = try SoundCard(device: device, period: .milliseconds(500))
          let silence = [UInt8](repeating: 0, count: card.format.bufferFrames * card.format.bytesPerFrame)
          _ = try unsafe card.write(silence.span.bytes)
          try card.start()
          let (begin, full) = (Instant.now(), card.delayFrames() ?? 0)
          usleep(UInt32(time.nanoseconds / 1000))
          let (end, rest) = (Instant.now(), card.delayFrames() ?? 0)
          result = Double(full - rest) / (end - begin).seconds
        } catch {}
        done.resume(returning: result)
      }
      do { try DeviceThread.start("rate", work) } catch { done.resume(returning: nil) }
    }
  }

  @Test(.enabled(if: unsafe getenv("SOAK") != nil))
  func `a card 200 ppm fast is followed for three minutes without a fault`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device("PPM=200"))
    try await bench.run {
      let stream = try await bench.open(Self.stereo)
      await stream.send([Int16](repeating: 100, count: 2 * 48_000 * 180).pcmBytes)
      #expect(abs(bench.drift + 200) < 60, "the stream is read as much slower as the card is fast")
      #expect(bench.faults == 0)
      await stream.close()
    }
  }

  // MARK: Signals

  /// 1000 Hz.
  static func tone(frames: Int, rate: Int, channels: Int) -> [Int16] {
    (0..<frames).flatMap { frame in
      [Int16](repeating: Int16(12_000 * sin(2 * Double.pi * 1000 * Double(frame) / Double(rate))), count: channels)
    }
  }

  /// The upper halves of 32-bit samples.
  static func high(_ bytes: [UInt8]) -> [Int16] {
    let halves = bytes.int16Samples
    return stride(from: 1, to: halves.count, by: 2).map { halves[$0] }
  }

  /// Names the first difference: printing whole recordings takes minutes.
  static func expectEqual(_ heard: [Int16], _ sent: [Int16], sourceLocation: SourceLocation = #_sourceLocation) {
    if heard == sent { return }
    let place = zip(heard, sent).enumerated().first { $1.0 != $1.1 }?.offset
    Issue.record(
      "\(heard.count) samples heard of \(sent.count), first difference at \(place.map(String.init) ?? "the end")",
      sourceLocation: sourceLocation)
  }

  static func risingCrossings(_ samples: [Int16]) -> Int {
    zip(samples, samples.dropFirst()).count { $0 <= 0 && $1 > 0 }
  }
}
