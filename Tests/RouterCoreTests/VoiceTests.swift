import RouterCore
import Support
import Synchronization
import Testing

@Suite struct VoiceTests {
  static func noise(_ count: Int, seed: UInt64) -> [Int16] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let sample = Int16.random(in: .min ... .max, using: &random)
      return sample == 0 ? 1 : sample
    }
  }

  /// Sends `samples` in packets of 20 ms while the reader takes blocks of 10 ms, until the end.
  static func play(
    _ samples: [Int16], channels: Int, sampleRate: Int = 48_000, period: Int = 480
  ) throws -> (played: [Float], states: [VoiceState]) {
    var bench = try VoiceBench(
      StreamFormat(sampleRate: sampleRate, channels: channels), to: (sampleRate: sampleRate, channels: channels))
    let packet = sampleRate / 50 * channels
    var place = 0
    var states: [VoiceState] = []
    for tick in 0..<1000 {
      if tick % 2 == 0, place < samples.count {
        bench.write(Array(samples[place..<min(place + packet, samples.count)]).pcmBytes)
        place += packet
        if place >= samples.count { bench.writer.finish() }
      }
      states.append(bench.read(period))
      bench.advance(.milliseconds(10))
      if states.last == .ended { break }
    }
    return (bench.played, states)
  }

  @Test(arguments: 1...8)
  func `a clean stream comes out bit for bit, every channel where it was`(channels: Int) throws {
    let samples = Self.noise(48_000 * channels, seed: UInt64(channels))
    let (played, states) = try Self.play(samples, channels: channels)
    let start = try #require(firstSound(played))
    #expect(start % channels == 0)
    let heard = played[start...].prefix(samples.count).map { int16(saturating: $0) }
    #expect(heard == samples)
    #expect(played[(start + samples.count)...].allSatisfy { $0 == 0 })
    #expect(states.last == .ended)
  }

  @Test func `the first sound comes after exactly the first delay`() throws {
    let (played, states) = try Self.play(Self.noise(96_000, seed: 3), channels: 2)
    // A packet of 20 ms has taken 20 ms to come about: 40 more make 60.
    #expect(firstSound(played) == 2 * 48 * 40)
    #expect(states.prefix(4).allSatisfy { $0 == .buffering })
    #expect(states[4] == .playing)
  }

  @Test func `a voice adds to what is there`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
    for _ in 0..<10 { bench.write([Int16](repeating: 16384, count: 960).pcmBytes) }
    var block = [Float](repeating: 0.25, count: 480)
    var span = block.mutableSpan
    _ = bench.reader.mix(into: &span, frames: 480, now: bench.now)
    #expect(block.allSatisfy { $0 == 0.75 || $0 == 0.25 })
    #expect(block.last == 0.75)
  }

  @Test func `missing frames are silence of the same length, told by a gap or by the packet`() throws {
    for told in [true, false] {
      var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
      let loud = [Int16](repeating: 1000, count: 960).pcmBytes
      for index in 0..<8 {
        if index == 4 {
          if told { bench.writer.gap(frames: 960) }
          bench.write(loud, missing: 960)
        } else if index != 3 {
          bench.write(loud)
        }
        bench.read(480)
        bench.advance(.milliseconds(10))
        bench.read(480)
        bench.advance(.milliseconds(10))
      }
      bench.writer.finish()
      while bench.read(480) != .ended {}
      let start = try #require(firstSound(bench.played))
      let heard = bench.played[start...].prefix(8 * 960).map { $0 != 0 }
      #expect(heard == (0..<8).flatMap { index in [Bool](repeating: index != 3, count: 960) })
    }
  }

  @Test func `an underrun sinks to silence, is counted once, and sound rises again`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
    let loud = [Int16](repeating: 16384, count: 960).pcmBytes
    func tick(_ bench: inout VoiceBench, _ count: Int, sending: Bool) {
      for index in 0..<count {
        if sending, index % 2 == 0 { bench.write(loud) }
        bench.read(480)
        bench.advance(.milliseconds(10))
      }
    }
    tick(&bench, 50, sending: true)
    tick(&bench, 20, sending: false)
    tick(&bench, 50, sending: true)
    #expect(bench.reader.statistics.underruns == 1)
    #expect(bench.reader.statistics.trims == 0)
    let start = try #require(firstSound(bench.played))
    let steps = zip(bench.played[start...], bench.played[start...].dropFirst()).map { abs($0 - $1) }
    #expect((steps.max() ?? 1) < 0.5 / 200)
    #expect(bench.played[start...].contains(0))
    #expect(bench.played.last == 0.5)
  }

  @Test func `a stream that is cut short sinks to silence at once`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
    for index in 0..<20 {
      if index % 2 == 0 { bench.write([Int16](repeating: 16384, count: 960).pcmBytes) }
      bench.read(480)
      bench.advance(.milliseconds(10))
    }
    bench.writer.cut()
    let before = bench.played.count
    #expect(bench.read(480) == .ended)
    let rest = bench.played[before...]
    #expect(rest.allSatisfy { $0 >= 0 })
    #expect(rest.dropFirst(260).allSatisfy { $0 == 0 })
    #expect(zip(rest, rest.dropFirst()).allSatisfy { abs($0 - $1) < 0.5 / 200 })
    #expect(bench.reader.statistics.underruns == 0)
    #expect(bench.read(480) == .ended)
  }

  @Test(arguments: 0..<UInt64(isSoaking ? 1_000 : 6))
  func `whatever comes and however it is read, nothing but sound comes out`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let format = StreamFormat(
      sampleRate: [8_000, 44_100, 48_000].randomElement(using: &random) ?? 8_000,
      channels: Int.random(in: 1...8, using: &random), sample: seed % 2 == 0 ? .int16 : .float32)
    let output = (sampleRate: 48_000, channels: Int.random(in: 1...8, using: &random))
    var bench = try VoiceBench(format, to: output)
    for _ in 0..<120 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bench.writer.gap(frames: Int.random(in: -5...3_000, using: &random))
      case 1: bench.advance(.milliseconds(Int.random(in: 0...700, using: &random)))
      case 2: bench.write([UInt8](repeating: 0, count: Int.random(in: 0...7, using: &random)))
      default:
        let frames = Int.random(in: 0...2_000, using: &random)
        bench.write(
          [UInt8](repeating: 0x3C, count: frames * format.bytesPerFrame + Int.random(in: 0...3, using: &random)))
      }
      bench.read(Int.random(in: 0...1_500, using: &random))
      bench.advance(.milliseconds(Int.random(in: 0...30, using: &random)))
    }
    let full = abs(format.sample == .int16 ? Float(0x3C3C) / 32768 : Float(bitPattern: 0x3C3C_3C3C))
    #expect(bench.played.allSatisfy { $0.isFinite && abs($0) < 2 * full })
    #expect(bench.played.contains { $0 != 0 })
    bench.writer.finish()
    var reads = 0
    while bench.read(480) != .ended, reads < 1_000 { reads += 1 }
    #expect(reads < 1_000)
  }

  @Test func `a backlog of two seconds is cut once, without a jump`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
    var phase = 0
    func packet() -> [UInt8] {
      defer { phase += 960 }
      return (0..<960).map { Int16(8000 * sine(Double(phase + $0) * 50 / 48_000)) }.pcmBytes
    }
    for index in 0..<400 {
      if index % 2 == 0 { bench.write(packet()) }
      if index == 200 { for _ in 0..<100 { bench.write(packet()) } }
      bench.read(480)
      bench.advance(.milliseconds(10))
    }
    #expect(bench.reader.statistics.trims == 1)
    #expect(bench.reader.statistics.underruns == 0)
    #expect(abs(bench.reader.statistics.delayMs - bench.reader.statistics.targetMs) < 20)
    let start = try #require(firstSound(bench.played))
    let steps = zip(bench.played[start...], bench.played[start...].dropFirst()).map { abs($0 - $1) }
    #expect((steps.max() ?? 1) < 0.004)
  }

  @Test func `a reader that was away does not play what waited`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
    let old = [Int16](repeating: 10_000, count: 960).pcmBytes
    let new = [Int16](repeating: -10_000, count: 960).pcmBytes
    bench.read(480)
    for _ in 0..<40 {
      bench.write(old)
      bench.advance(.milliseconds(20))
    }
    for index in 0..<40 {
      bench.read(480)
      bench.advance(.milliseconds(10))
      if index % 2 == 0 { bench.write(new) }
    }
    #expect(bench.played.allSatisfy { $0 <= 0 })
    #expect(bench.played.contains { $0 < 0 })
  }

  @Test func `a full voice drops the packet and counts it`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 8_000, channels: 1), to: (sampleRate: 8_000, channels: 1))
    let second = [Int16](repeating: 1, count: 8_000).pcmBytes
    var taken = 0
    while bench.write(second) { taken += 1 }
    #expect(taken == 2)
    #expect(bench.record.overruns.load(ordering: .relaxed) == 1)
    #expect(bench.record.queueCapacityFrames.load(ordering: .relaxed) == 19_200)
  }

  @Test func `reset forgets what waits`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 2), to: (sampleRate: 48_000, channels: 2))
    for _ in 0..<10 { bench.write([Int16](repeating: 1000, count: 1920).pcmBytes) }
    bench.read(480)
    bench.reader.reset()
    bench.played = []
    for _ in 0..<20 {
      #expect(bench.read(480) == .buffering)
      bench.advance(.milliseconds(10))
    }
    #expect(bench.played.allSatisfy { $0 == 0 })
  }

  @Test func `a stream shorter than the delay is played when it ends`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 48_000, channels: 1), to: (sampleRate: 48_000, channels: 1))
    let samples = Self.noise(100, seed: 9)
    bench.write(samples.pcmBytes)
    #expect(bench.read(480) == .buffering)
    bench.writer.finish()
    while bench.read(480) != .ended {}
    let start = try #require(firstSound(bench.played))
    #expect(bench.played[start...].prefix(100).map { int16(saturating: $0) } == samples)
  }

  @Test func `another rate and more channels keep length, pitch and level`() throws {
    var bench = try VoiceBench(StreamFormat(sampleRate: 44_100, channels: 1), to: (sampleRate: 48_000, channels: 2))
    for packet in 0..<100 {
      bench.write((0..<882).map { Int16(16_000 * sine(Double(packet * 882 + $0) * 1000 / 44_100)) }.pcmBytes)
      if packet == 99 { bench.writer.finish() }
      bench.read(480)
      bench.advance(.milliseconds(10))
      bench.read(480)
      bench.advance(.milliseconds(10))
    }
    while bench.read(480) != .ended {}
    let start = try #require(bench.played.firstIndex { abs($0) > 1e-3 }) / 2 * 2
    let left = stride(from: start, to: bench.played.count, by: 2).map { bench.played[$0] }
    let right = stride(from: start + 1, to: bench.played.count, by: 2).map { bench.played[$0] }
    #expect(left == right)
    #expect(abs((left.lastIndex { abs($0) > 1e-3 } ?? 0) - 96_000) < 48)
    let fit = SineFit(left[4800..<86_400].map(Double.init), frequency: 1000.0 / 48_000)
    #expect(abs(fit.amplitude - 16_000.0 / 32_768) < 1e-3)
    #expect(fit.residual < 1e-4)
  }

  @Test func `formats that cannot meet are refused in words`() {
    let record = PathRecord()
    let now = Instant(nanoseconds: 0)
    #expect(throws: ConversionError.unsupported(StreamFormat(sampleRate: 48_000, channels: 33))) {
      _ = try Voice.make(
        input: StreamFormat(sampleRate: 48_000, channels: 33), output: (sampleRate: 48_000, channels: 2),
        settings: JitterSettings(), record: record, at: now)
    }
    #expect(throws: ConversionError.rates(from: 1_000, to: 768_000)) {
      _ = try Voice.make(
        input: StreamFormat(sampleRate: 1_000, channels: 1), output: (sampleRate: 768_000, channels: 2),
        settings: JitterSettings(), record: record, at: now)
    }
  }
}
