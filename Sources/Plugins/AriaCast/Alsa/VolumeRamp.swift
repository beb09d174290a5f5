/// The loudness of a card's sound, going to each new value in a straight line of 200 ms, so that no change clicks.
///
/// Device thread; allocates nothing.
struct VolumeRamp {
  /// What the last frame was multiplied by.
  private(set) var gain: Float
  private var target: Float
  private var step: Float = 0
  private var framesLeft = 0
  private let length: Int

  /// Begins at `gain`, without a way there.
  init(gain: Float, sampleRate: Int) {
    self.gain = gain
    target = gain
    length = max(1, sampleRate / 5)
  }

  /// Sets out for a new loudness from wherever the last way has come to.
  mutating func aim(at new: Float) {
    guard new != target else { return }
    target = new
    framesLeft = length
    step = (new - gain) / Float(length)
  }

  /// Makes one period louder or softer; at a gain of 1 every sample stays exactly what it was.
  mutating func apply(to samples: inout [Float], channels: Int) {
    var index = 0
    while framesLeft > 0, index &+ channels <= samples.count {
      framesLeft &-= 1
      gain = target - step * Float(framesLeft)
      for _ in 0..<channels {
        samples[index] *= gain
        index &+= 1
      }
    }
    guard gain != 1 else { return }
    while index < samples.count {
      samples[index] *= gain
      index &+= 1
    }
  }
}
