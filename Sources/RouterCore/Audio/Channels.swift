/// Copies interleaved frames from one number of channels to another.
///
/// * equal: copied as they are;
/// * mono to M: into the first two channels, the others silent;
/// * N to mono: the average of all;
/// * fewer to more: channel i to channel i, the others silent;
/// * more to fewer: output j is the average of the inputs j, j + M, j + 2M …, so nothing is lost and nothing clips.
///
/// Data thread; allocates nothing.
/// - Parameters:
///   - source: Interleaved; a trailing part of a frame is ignored.
///   - target: Interleaved; holds at least the frames of `source`.
/// - Returns: Frames written.
@discardableResult
public func mapChannels(
  _ source: Span<Float>, channels: Int, into target: inout MutableSpan<Float>, channels targetChannels: Int
) -> Int {
  precondition(channels > 0 && targetChannels > 0, "a frame has at least one channel")
  let frames = source.count / channels
  precondition(target.count / targetChannels >= frames, "no room for the mapped frames")
  if channels == targetChannels {
    for index in 0..<frames &* channels { unsafe target[unchecked: index] = source[unchecked: index] }
  } else if channels < targetChannels {
    widen(source, channels, into: &target, targetChannels, frames)
  } else {
    fold(source, channels, into: &target, targetChannels, frames)
  }
  return frames
}

private func widen(
  _ source: Span<Float>, _ channels: Int, into target: inout MutableSpan<Float>, _ targetChannels: Int, _ frames: Int
) {
  for frame in 0..<frames {
    for channel in 0..<targetChannels {
      let from = channels == 1 && channel == 1 ? 0 : channel
      let value = from < channels ? unsafe source[unchecked: frame &* channels &+ from] : 0
      unsafe target[unchecked: frame &* targetChannels &+ channel] = value
    }
  }
}

private func fold(
  _ source: Span<Float>, _ channels: Int, into target: inout MutableSpan<Float>, _ targetChannels: Int, _ frames: Int
) {
  for channel in 0..<targetChannels {
    let shares = (channels - channel + targetChannels - 1) / targetChannels
    for frame in 0..<frames {
      var sum: Float = 0
      for from in stride(from: channel, to: channels, by: targetChannels) {
        unsafe sum += source[unchecked: frame &* channels &+ from]
      }
      unsafe target[unchecked: frame &* targetChannels &+ channel] = sum / Float(shares)
    }
  }
}

/// Takes one channel out of interleaved frames. Data thread; allocates nothing.
///
/// - Parameter target: Receives one sample a frame; at least as many as there are frames.
public func deinterleave(
  _ source: Span<Float>, channel: Int, of channels: Int, into target: inout MutableSpan<Float>
) {
  precondition(channel >= 0 && channel < channels, "no such channel")
  let frames = source.count / channels
  precondition(target.count >= frames, "no room for the channel")
  for frame in 0..<frames { unsafe target[unchecked: frame] = source[unchecked: frame &* channels &+ channel] }
}

/// Puts one channel into interleaved frames; the other channels stay as they are. Data thread; allocates nothing.
///
/// - Parameter target: Interleaved; at least as many frames as `source` has samples.
public func interleave(
  _ source: Span<Float>, into target: inout MutableSpan<Float>, channel: Int, of channels: Int
) {
  precondition(channel >= 0 && channel < channels, "no such channel")
  precondition(target.count / channels >= source.count, "no room for the channel")
  for frame in 0..<source.count {
    unsafe target[unchecked: frame &* channels &+ channel] = source[unchecked: frame]
  }
}
