import RouterCore
import Support
import Testing

@Suite struct PCMConverterTests {
  static func convert(
    _ bytes: [UInt8], from input: StreamFormat, to output: StreamFormat, piece: Int = 960, room: Int? = nil
  ) throws -> [UInt8] {
    var converter = try PCMConverter(from: input, to: output)
    var all: [UInt8] = []
    var target = [UInt8](repeating: 0, count: (room ?? converter.capacity(frames: piece)) * output.bytesPerFrame)
    var place = 0
    while place < bytes.count {
      let part = Array(bytes[place..<min(bytes.count, place + piece * input.bytesPerFrame)])
      var span = target.mutableSpan
      var raw = unsafe span.mutableBytes
      let progress = converter.convert(unsafe part.span.bytes, into: &raw)
      all += target.prefix(progress.made * output.bytesPerFrame)
      place += progress.used * input.bytesPerFrame
      if progress.used == 0 && progress.made == 0 { break }
    }
    while true {
      var span = target.mutableSpan
      var raw = unsafe span.mutableBytes
      let made = converter.flush(into: &raw)
      if made == 0 { break }
      all += target.prefix(made * output.bytesPerFrame)
    }
    return all
  }

  static func noise(_ count: Int) -> [Int16] {
    var random = SeededGenerator(seed: 11)
    return (0..<count).map { _ in Int16.random(in: .min ... .max, using: &random) }
  }

  @Test(arguments: [SampleType.int16, .float32], 1...8)
  func `equal formats pass bit for bit`(sample: SampleType, channels: Int) throws {
    let format = StreamFormat(sampleRate: 44_100, channels: channels, sample: sample)
    let bytes = Self.noise(2000 * channels * sample.size / 2).pcmBytes
    #expect(try Self.convert(bytes, from: format, to: format) == bytes)
  }

  @Test func `every Int16 survives the way to float and back`() throws {
    let all = (Int16.min...Int16.max).map { $0 }
    let int = StreamFormat(sampleRate: 48_000, channels: 1)
    let float = StreamFormat(sampleRate: 48_000, channels: 1, sample: .float32)
    let floats = try Self.convert(all.pcmBytes, from: int, to: float)
    #expect(floats.floatSamples == all.map { Float($0) / 32768 })
    #expect(try Self.convert(floats, from: float, to: int).int16Samples == all)
  }

  @Test(arguments: 1...8, 1...8)
  func `channels go where the rule says`(from: Int, to: Int) throws {
    let input = StreamFormat(sampleRate: 48_000, channels: from, sample: .float32)
    let output = StreamFormat(sampleRate: 48_000, channels: to, sample: .float32)
    let frame = (0..<from).map { Float($0 + 1) }
    let samples = (0..<3000).flatMap { index in frame.map { $0 + Float(index) / 4096 } }
    let made = try Self.convert(samples.pcmBytes, from: input, to: output).floatSamples
    #expect(made.count == 3000 * to)
    for index in [0, 1, 511, 512, 2999] {
      for channel in 0..<to {
        let expected: Float
        if from == 1 && channel < 2 {
          expected = 1 + Float(index) / 4096
        } else if channel >= from {
          expected = 0
        } else {
          let shares = stride(from: channel, to: from, by: to).map { Float($0 + 1) }
          expected = shares.reduce(0, +) / Float(shares.count) + Float(index) / 4096
        }
        #expect(abs(made[index * to + channel] - expected) < 1e-5)
      }
    }
  }

  @Test(arguments: [
    (44_100, 48_000), (48_000, 44_100), (16_000, 48_000), (48_000, 16_000), (8_000, 48_000), (48_000, 96_000),
    (22_050, 44_100), (11_025, 48_000),
  ])
  func `another rate keeps length, place, pitch and level`(from: Int, to: Int) throws {
    let input = StreamFormat(sampleRate: from, channels: 1, sample: .float32)
    let output = StreamFormat(sampleRate: to, channels: 1, sample: .float32)
    let samples = (0..<from).map { Float(0.5 * sine(Double($0) * 997 / Double(from))) }
    let made = try Self.convert(samples.pcmBytes, from: input, to: output).floatSamples
    #expect(abs(made.count - to) <= 2)
    let expected = (0..<to).map { Float(0.5 * sine(Double($0) * 997 / Double(to))) }
    let middle = to / 10..<to * 9 / 10
    let worst = middle.map { abs(made[$0] - expected[$0]) }.max() ?? 1
    #expect(worst < 1e-3)
    let fit = SineFit(made[middle].map(Double.init), frequency: 997 / Double(to))
    #expect(fit.residual / fit.amplitude < 1e-4)
  }

  @Test func `the pieces it comes in do not matter, nor does a small target`() throws {
    let input = StreamFormat(sampleRate: 44_100, channels: 2)
    let output = StreamFormat(sampleRate: 48_000, channels: 1, sample: .float32)
    let bytes = Self.noise(20_000).pcmBytes
    let whole = try Self.convert(bytes, from: input, to: output, piece: 10_000)
    for piece in [1, 13, 441, 4_410] {
      #expect(try Self.convert(bytes, from: input, to: output, piece: piece) == whole)
    }
    #expect(try Self.convert(bytes, from: input, to: output, piece: 882, room: 100) == whole)
  }

  @Test func `with room for its capacity everything is used at once`() throws {
    for (from, to) in [(8_000, 48_000), (48_000, 8_000), (44_100, 48_000), (1_000, 256_000)] {
      let input = StreamFormat(sampleRate: from, channels: 1)
      var converter = try PCMConverter(from: input, to: StreamFormat(sampleRate: to, channels: 2))
      let packet = Self.noise(from / 50).pcmBytes
      var target = [UInt8](repeating: 0, count: converter.capacity(frames: from / 50) * 4)
      for _ in 0..<100 {
        var span = target.mutableSpan
        var raw = unsafe span.mutableBytes
        #expect(converter.convert(unsafe packet.span.bytes, into: &raw).used == from / 50)
      }
    }
  }

  @Test func `what saturates saturates once and what is no number is silence`() {
    let samples: [Float] = [
      1, -1, 1.5, -1.5, .infinity, -.infinity, .nan, 0.5 / 32768, 1.5 / 32768, -0.5 / 32768, 1e30,
    ]
    #expect(
      samples.map { int16(saturating: $0) }
        == [32767, -32768, 32767, -32768, 32767, -32768, 0, 0, 2, 0, 32767])
  }

  @Test func `what cannot be converted is refused with the reason`() {
    let pcm = StreamFormat(sampleRate: 48_000, channels: 2)
    let mp3 = StreamFormat(codec: Codec(rawValue: "mp3"), sampleRate: 48_000, channels: 2)
    #expect(throws: ConversionError.unsupported(mp3)) { _ = try PCMConverter(from: mp3, to: pcm) }
    #expect(throws: ConversionError.rates(from: 1_000, to: 768_000)) {
      _ = try PCMConverter(
        from: StreamFormat(sampleRate: 1_000, channels: 1), to: StreamFormat(sampleRate: 768_000, channels: 1))
    }
    #expect(
      "\(ConversionError.rates(from: 1_000, to: 768_000))"
        == "cannot convert 1000 Hz to 768000 Hz: the rates may differ 256 times at most")
  }
}
