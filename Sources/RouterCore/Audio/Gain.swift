/// Multiplies interleaved samples by a factor that moves in a straight line, one step a frame.
///
/// Frame 0 gets `start` plus one step, the last frame `end`, so that blocks join without a jump. With `start == end`
/// the factor is exact, and 1 changes nothing. Data thread; allocates nothing.
///
/// - Parameters:
///   - samples: Interleaved; a trailing part of a frame is left alone.
///   - channels: 1 or more.
public func applyGain(_ samples: inout MutableSpan<Float>, channels: Int, from start: Float, to end: Float) {
  precondition(channels > 0, "a frame has at least one channel")
  if start == end { return applyGain(&samples, end) }
  let frames = samples.count / channels
  guard frames > 0 else { return }
  let step = (end - start) / Float(frames)
  for frame in 0..<frames {
    let gain = frame == frames - 1 ? end : start + step * Float(frame + 1)
    for channel in 0..<channels {
      unsafe samples[unchecked: frame &* channels &+ channel] *= gain
    }
  }
}

/// Multiplies samples by one factor; 1 changes nothing. Data thread; allocates nothing.
public func applyGain(_ samples: inout MutableSpan<Float>, _ gain: Float) {
  if gain == 1 { return }
  for index in 0..<samples.count { unsafe samples[unchecked: index] *= gain }
}
