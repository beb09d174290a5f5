import RouterCore
import Support
import Testing

@testable import AriaCast

/// Recording on the real alsa-lib, from a card that counts its frames in real time.
@Suite(.serialized) struct AlsaSourceTests {
  /// How far the card's count moves from each value to the next: 1, unless frames were lost.
  static func steps(_ counts: [Int]) -> [Int] { zip(counts, counts.dropFirst()).map { ($1 - $0 + 16_384) % 16_384 } }

  static func left(_ samples: [Int16]) -> [Int] { stride(from: 0, to: samples.count, by: 2).map { Int(samples[$0]) } }

  @Test func `every frame of the card arrives once and in order`() async throws {
    for attempt in 1...3 {
      let card = try PacedCard()
      let bench = try MicrophoneBench(card.device())
      try await bench.run { #expect(await comesTrue { (bench.streams.first?.recording.frames ?? 0) >= 24_000 }) }
      let stream = try #require(bench.streams.first)
      #expect(bench.streams.count == 1)
      #expect(stream.offer.format == StreamFormat(sampleRate: 48_000, channels: 2))
      #expect(stream.end == .stopping)
      // A machine too busy to read in time loses frames; that is another test.
      if bench.overruns > 0, attempt < 3 { continue }
      let packets = stream.recording.packets
      #expect(packets.map(\.sequence) == (0..<UInt64(packets.count)).map { $0 })
      #expect(packets.allSatisfy { $0.frames == 2400 })
      let samples = stream.recording.int16
      #expect(Set(Self.steps(Self.left(samples))) == [1])
      #expect(stride(from: 0, to: samples.count, by: 2).allSatisfy { samples[$0] == samples[$0 + 1] })
      #expect(stream.recording.gaps.isEmpty)
      return
    }
  }

  @Test func `what the card lost is counted and told as a gap of that length`() async throws {
    let card = try PacedCard()
    let bench = try MicrophoneBench(card.device(), periodMs: 20)
    try await bench.run {
      #expect(await comesTrue { (bench.streams.first?.recording.frames ?? 0) >= 4800 })
      card.raise("xrun")
      #expect(await comesTrue { bench.overruns > 0 })
      let until = bench.streams.first?.recording.frames ?? 0
      #expect(await comesTrue { (bench.streams.first?.recording.frames ?? 0) >= until + 4800 })
    }
    let recording = try #require(bench.streams.first).recording
    let lost = Self.steps(Self.left(recording.int16)).reduce(0) { $0 + $1 - 1 }
    #expect(!recording.gaps.isEmpty)
    #expect(abs(recording.gaps.reduce(0, +) - lost) < 480, "\(recording.gaps) told, \(lost) frames lost")
  }

  @Test func `a card that is pulled out ends the stream, and the next one begins when it is back`() async throws {
    let card = try PacedCard()
    let bench = try MicrophoneBench(card.device())
    try await bench.run {
      #expect(await comesTrue { (bench.streams.first?.recording.frames ?? 0) > 0 })
      card.raise("unplugged")
      let failure = await bench.failure()
      #expect(failure?.kind == .missing)
      #expect(failure?.reason == "sound card \"\(card.device())\" is gone: No such device")
      #expect(bench.streams.first?.end == .lost)
      await #expect(throws: NodeFailure.self) { try await bench.start() }
      card.lower("unplugged")
      try await bench.start()
      #expect(await comesTrue { bench.streams.count == 2 && (bench.streams.last?.recording.frames ?? 0) > 0 })
    }
  }

  @Test func `a card that hangs is given up after two seconds`() async throws {
    let card = try PacedCard()
    let bench = try MicrophoneBench(card.device())
    try await bench.run {
      card.raise("hang")
      let failure = await bench.failure()
      #expect(failure?.kind == .missing)
      #expect(failure?.reason == "sound card \"\(card.device())\" is gone: it has given no sound for 2 s")
    }
  }

  @Test(arguments: ["S32_LE", "FLOAT_LE"])
  func `wider samples come as floats of the same value, at the rate and channels there are`(format: String) async throws
  {
    let card = try PacedCard()
    let bench = try MicrophoneBench(
      card.device("RATE=44100,CHANNELS=1,FORMAT=\(format)"), sampleRate: 48_000, channels: 2)
    try await bench.run { #expect(await comesTrue { (bench.streams.first?.recording.frames ?? 0) >= 4410 }) }
    let stream = try #require(bench.streams.first)
    #expect(stream.offer.format == StreamFormat(sampleRate: 44_100, channels: 1, sample: .float32))
    let counts = stream.recording.float.map { Int($0 * 32_768) }
    #expect(counts.first == 0)
    #expect(Self.steps(Array(counts.prefix(2205))).allSatisfy { $0 == 1 })
  }

  @Test func `a stream that somebody else closes is opened again`() async throws {
    let card = try PacedCard()
    let bench = try MicrophoneBench(card.device())
    try await bench.run {
      #expect(await comesTrue { (bench.streams.first?.recording.frames ?? 0) > 0 })
      let first = try #require(bench.streams.first)
      _ = await first.loop.close(first.id, .disconnected)
      #expect(await comesTrue { bench.streams.count == 2 && (bench.streams.last?.recording.frames ?? 0) > 0 })
      #expect(bench.streams.last?.recording.gaps == [])
    }
  }

  @Test func `a card that is not there is missing, one in use blocks`() async throws {
    let card = try PacedCard()
    let absent = try MicrophoneBench("hw:CARD=Nowhere")
    let missing = await #expect(throws: NodeFailure.self) { try await absent.start() }
    #expect(missing?.kind == .missing)
    #expect(missing?.hint == "no sound card that records was found on this machine: plug one in")
    await absent.stop()
    let used = try MicrophoneBench(card.device("REFUSE=16"))
    let busy = await #expect(throws: NodeFailure.self) { try await used.start() }
    #expect(busy?.kind == .blocked)
    #expect(busy?.hint?.hasPrefix("another program records from it") == true)
    await used.stop()
    #expect(AlsaSource.choices()["device"]?.contains("paced") == true)
  }
}
