/// Adds `samples` to `sum`, without limit: saturate once, after the last addition. Data thread; allocates nothing.
///
/// - Parameter sum: At least as long as `samples`; what lies beyond stays as it is.
public func mixAdd(_ samples: Span<Float>, into sum: inout MutableSpan<Float>) {
  precondition(sum.count >= samples.count, "no room to mix into")
  for index in 0..<samples.count { unsafe sum[unchecked: index] += samples[unchecked: index] }
}

/// Adds `samples` times `gain` to `sum`. Data thread; allocates nothing.
///
/// - Parameter sum: At least as long as `samples`.
public func mixAdd(_ samples: Span<Float>, gain: Float, into sum: inout MutableSpan<Float>) {
  if gain == 1 { return mixAdd(samples, into: &sum) }
  precondition(sum.count >= samples.count, "no room to mix into")
  for index in 0..<samples.count { unsafe sum[unchecked: index] += samples[unchecked: index] * gain }
}

/// Goes from `old` to `new` in a straight line over the whole length, in place of `old`.
///
/// The first frame is still mostly old, the last all but one step new: what follows is `new` alone.
/// Data thread; allocates nothing.
/// - Parameters:
///   - old: Interleaved; becomes the mixture.
///   - new: As long as `old`.
public func crossfade(_ old: inout MutableSpan<Float>, to new: Span<Float>, channels: Int) {
  precondition(channels > 0 && new.count >= old.count, "a crossfade needs two sides of one length")
  let frames = old.count / channels
  let step = 1 / Float(frames + 1)
  for frame in 0..<frames {
    let share = step * Float(frame + 1)
    for channel in 0..<channels {
      let index = frame &* channels &+ channel
      let before = unsafe old[unchecked: index]
      unsafe old[unchecked: index] = before + (new[unchecked: index] - before) * share
    }
  }
}
