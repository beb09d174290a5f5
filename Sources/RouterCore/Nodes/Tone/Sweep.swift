internal import Glibc

/// A sine that rises from 20 Hz to 20 kHz in 10 s, by the same ratio in equal times, and begins again.
struct Sweep {
  static let lowestHz = 20.0
  static let seconds = 10.0
  /// Frames of one frequency: short enough to sound like a glide.
  private static let step = 32

  private var oscillator: Oscillator
  private let sampleRate: Double
  private let octaves: Double
  private var frame = 0

  init(sampleRate: Int) {
    oscillator = Oscillator(sampleRate: sampleRate)
    self.sampleRate = Double(sampleRate)
    octaves = log2(min(20_000, 0.45 * Double(sampleRate)) / Sweep.lowestHz)
  }

  /// The frequency at a frame of the sweep.
  func frequency(at frame: Int) -> Double {
    Sweep.lowestHz * exp2(octaves * Double(frame) / (Sweep.seconds * sampleRate))
  }

  /// Fills `target` with the sweep's next samples, of peak 1. Data thread; allocates nothing.
  mutating func fill(_ target: inout MutableSpan<Float>) {
    var done = 0
    while done < target.count {
      let count = min(Sweep.step, target.count - done)
      oscillator.fill(&target, done..<done + count, frequencyHz: frequency(at: frame + count / 2))
      frame += count
      if Double(frame) >= Sweep.seconds * sampleRate { frame = 0 }
      done += count
    }
  }
}
