import Support
import Testing

@testable import RouterCore

@Suite struct DriftCorrectorTests {
  /// Reads `input` (interleaved, endless by silence) at changing ratios.
  static func run(
    _ input: [Float], channels: Int, blocks: Int, frames: Int = 480, ratio: (Int) -> Double
  ) -> (output: [Float], used: Int) {
    var corrector = DriftCorrector(channels: channels)
    var output = [Float](repeating: 0, count: blocks * frames * channels)
    var used = 0
    for block in 0..<blocks {
      let needed = corrector.needed(frames: frames, ratio: ratio(block))
      let piece = (used * channels..<(used + needed) * channels).map { $0 < input.count ? input[$0] : 0 }
      corrector.append(piece.span)
      used += needed
      var span = output.mutableSpan
      corrector.mix(frames: frames, ratio: ratio(block), into: &span, at: block * frames)
    }
    return (output, used)
  }

  static func noise(_ count: Int) -> [Float] {
    var random = SeededGenerator(seed: 5)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  @Test(arguments: 1...8)
  func `at ratio 1 it is the identity, bit for bit, eighteen frames ahead`(channels: Int) {
    let input = Self.noise(9_600 * channels)
    let (output, used) = Self.run(input, channels: channels, blocks: 20) { _ in 1 }
    #expect(output == input)
    #expect(used == 9_600 + DriftCorrector.lead)
  }

  @Test(arguments: [300e-6, -300e-6, 0.02, -0.02])
  func `it uses as much as the ratio says`(speed: Double) {
    let blocks = 300
    let (_, used) = Self.run([], channels: 1, blocks: blocks) { _ in 1 + speed }
    let expected = 480 * Double(blocks) * (1 + speed)
    #expect(abs(Double(used) - expected) < 40)
  }

  @Test(arguments: [100.0, 1_000, 10_000])
  func `a sine stays a sine at any small ratio`(frequency: Double) {
    let turns = frequency / 48_000
    let input = (0..<30_000).map { Float(0.5 * sine(Double($0) * turns)) }
    for speed in [100e-6, -300e-6] {
      let (output, _) = Self.run(input, channels: 1, blocks: 60) { _ in 1 + speed }
      let fit = SineFit(output[4_800...].map(Double.init), frequency: turns * (1 + speed))
      #expect(abs(fit.amplitude - 0.5) < 1e-4)
      // Better than 90 dB below the tone, which is better than 16 bits ask for.
      #expect(fit.residual / (fit.amplitude / 2.squareRoot()) < 3.2e-5)
    }
  }

  @Test func `after a correction it goes home to whole frames and is the identity again`() throws {
    let input = Self.noise(200_000)
    let (output, _) = Self.run(input, channels: 1, blocks: 350) { $0 < 50 ? 1.0001 : 1 }
    let end = Array(output[(300 * 480)...])
    let shifts = (0..<60).filter { shift in
      let start = 300 * 480 + shift
      return input[start..<start + 480] == end[0..<480]
    }
    let shift = try #require(shifts.first)
    #expect(end[...] == input[(300 * 480 + shift)...].prefix(end.count))
  }

  @Test func `a ratio that wanders makes no jump`() {
    let turns = 440.0 / 48_000
    let input = (0..<50_000).map { Float(0.5 * sine(Double($0) * turns)) }
    let (output, _) = Self.run(input, channels: 1, blocks: 100) { 1 + 300e-6 * sine(Double($0) / 12) }
    let steps = zip(output, output.dropFirst()).map { abs($0 - $1) }
    #expect((steps.max() ?? 1) < Float(0.5 * 2 * Double.pi * turns * 1.001))
  }

  @Test func `blocks of any size up to the largest give the same sound`() {
    let input = Self.noise(20_000)
    let whole = Self.run(input, channels: 1, blocks: 30, frames: 512) { _ in 1 }.output
    for frames in [1, 7, 100, 511] {
      let parts = Self.run(input, channels: 1, blocks: 15_000 / frames, frames: frames) { _ in 1 }.output
      #expect(parts[...] == whole.prefix(parts.count))
    }
  }
}
