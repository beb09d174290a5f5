import RouterCore
import Support
import Testing

@Suite struct AudioKernelTests {
  static func noise(_ count: Int, seed: UInt64 = 7) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  static func changed(_ samples: [Float], _ body: (inout MutableSpan<Float>) -> Void) -> [Float] {
    var samples = samples
    var span = samples.mutableSpan
    body(&span)
    return samples
  }

  @Test func `a gain of one changes nothing, a still gain multiplies`() {
    let samples = Self.noise(1001)
    #expect(Self.changed(samples) { applyGain(&$0, 1) } == samples)
    #expect(Self.changed(samples) { applyGain(&$0, channels: 7, from: 1, to: 1) } == samples)
    #expect(Self.changed(samples) { applyGain(&$0, 0.5) } == samples.map { $0 * 0.5 })
  }

  @Test(arguments: 1...8)
  func `a moving gain goes in even steps and ends where it should`(channels: Int) {
    let frames = 100
    let made = Self.changed([Float](repeating: 1, count: frames * channels + channels - 1)) {
      applyGain(&$0, channels: channels, from: 0, to: 1)
    }
    for frame in 0..<frames {
      for channel in 0..<channels {
        #expect(abs(made[frame * channels + channel] - Float(frame + 1) / 100) < 1e-6)
      }
    }
    #expect(made[(frames - 1) * channels] == 1)
    #expect(made[(frames * channels)...].allSatisfy { $0 == 1 })
  }

  @Test func `mixing adds, beyond full scale too`() {
    let (a, b) = (Self.noise(999, seed: 1), Self.noise(999, seed: 2))
    #expect(Self.changed(a) { mixAdd(b.span, into: &$0) } == zip(a, b).map { $0 + $1 })
    #expect(Self.changed(a) { mixAdd(b.span, gain: 2, into: &$0) } == zip(a, b).map { $0 + $1 * 2 })
    #expect(Self.changed([0.9]) { mixAdd([Float(0.9)].span, into: &$0) } == [1.8])
  }

  @Test func `a crossfade goes from old to new in even steps`() {
    let made = Self.changed([Float](repeating: 0, count: 198)) {
      crossfade(&$0, to: [Float](repeating: 1, count: 198).span, channels: 2)
    }
    for frame in 0..<99 {
      #expect(abs(made[2 * frame] - Float(frame + 1) / 100) < 1e-6)
      #expect(made[2 * frame] == made[2 * frame + 1])
    }
  }

  @Test(arguments: 1...8)
  func `channels taken out and put back are what they were`(channels: Int) {
    let samples = Self.noise(100 * channels)
    var back = [Float](repeating: 0, count: samples.count)
    for channel in 0..<channels {
      let one = Self.changed([Float](repeating: 0, count: 100)) {
        deinterleave(samples.span, channel: channel, of: channels, into: &$0)
      }
      #expect(one == (0..<100).map { samples[$0 * channels + channel] })
      back = Self.changed(back) { interleave(one.span, into: &$0, channel: channel, of: channels) }
    }
    #expect(back == samples)
  }

  @Test func `mono goes to both sides, stereo to the middle`() {
    let stereo = Self.changed([0, 0, 0, 0]) {
      mapChannels([Float(0.25), -1].span, channels: 1, into: &$0, channels: 2)
    }
    #expect(stereo == [0.25, 0.25, -1, -1])
    let mono = Self.changed([0, 0]) { mapChannels([Float(1), 0, -1, -1].span, channels: 2, into: &$0, channels: 1) }
    #expect(mono == [0.5, -1])
  }

  @Test(arguments: [0, 1, 7, 8, 9, 511, 512, 513, 5000])
  func `level measures what a plain loop measures`(count: Int) {
    let floats = Self.noise(count)
    let ints = floats.map { int16(saturating: $0) }
    for (bytes, type, values) in [
      (floats.pcmBytes, SampleType.float32, floats), (ints.pcmBytes, .int16, ints.map { Float($0) / 32768 }),
    ] {
      var level = Level()
      level.measure(unsafe bytes.span.bytes, as: type)
      #expect(level.samples == count)
      #expect(level.peak == values.map(abs).max() ?? 0)
      let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(level.sumOfSquares - sum) <= sum * 1e-5)
    }
  }

  @Test(arguments: 1...8)
  func `level tells the channels apart`(channels: Int) {
    let samples = (0..<100).flatMap { _ in (0..<channels).map { Float($0 + 1) / 16 } }
    for channel in 0..<channels {
      var level = Level()
      level.measure(unsafe samples.pcmBytes.span.bytes, as: .float32, channel: channel, of: channels)
      #expect(level.peak == Float(channel + 1) / 16)
      #expect(abs(level.rms - Float(channel + 1) / 16) < 1e-6)
      #expect(level.samples == 100)
    }
  }

  @Test func `what is no number has no level`() {
    let samples = [Float](repeating: .nan, count: 19) + [0.5]
    var level = Level()
    level.measure(unsafe samples.pcmBytes.span.bytes, as: .float32)
    #expect(level.peak == 0.5)
    #expect(level.sumOfSquares == 0.25)
  }

  @Test func `decibels and amplitudes`() {
    #expect(amplitude(decibels: 0) == 1)
    #expect(abs(amplitude(decibels: -6.0206) - 0.5) < 1e-6)
    #expect(amplitude(decibels: -.infinity) == 0)
    #expect(decibels(amplitude: 0) == -.infinity)
    #expect(abs(decibels(amplitude: -0.1) + 20) < 1e-12)
  }
}
