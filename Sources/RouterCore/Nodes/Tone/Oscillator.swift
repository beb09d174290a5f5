internal import Glibc

/// A sine whose phase never jumps, whatever its frequency does.
struct Oscillator {
  /// Turns, 0 to 1.
  private var phase = 0.0
  private let sampleRate: Double

  init(sampleRate: Int) { self.sampleRate = Double(sampleRate) }

  /// Fills a range of `target` with a sine of peak 1. Data thread; allocates nothing.
  ///
  /// One rotation a sample; sine and cosine are computed anew with each call, so errors do not grow.
  mutating func fill(_ target: inout MutableSpan<Float>, _ range: Range<Int>, frequencyHz: Double) {
    let turns = frequencyHz / sampleRate
    let (stepSine, stepCosine) = (sin(2 * .pi * turns), cos(2 * .pi * turns))
    var (sine, cosine) = (sin(2 * .pi * phase), cos(2 * .pi * phase))
    for index in range {
      target[index] = Float(sine)
      (sine, cosine) = (sine * stepCosine + cosine * stepSine, cosine * stepCosine - sine * stepSine)
    }
    phase += turns * Double(range.count)
    phase -= phase.rounded(.down)
  }
}
