/// A piece to be taken out of a stream with a crossfade.
struct Cut: Equatable, Sendable {
  /// Frames still to be read before it.
  var after: Int
  /// Frames the stream gets shorter.
  var frames: Int
}

extension VoiceInput {
  /// Takes `frames` frames out of what waits, at the quietest place within the next 100 ms, with a crossfade of 5 ms.
  ///
  /// - Returns: False when there is too little behind the piece to fade into; nothing is cut then.
  mutating func shorten(by frames: Int) -> Bool {
    let room = fill - frames - 2 * seamFrames
    guard frames > 0, room >= 0, cut == nil, seamPlace == seamFrames else { return false }
    let last = min(room, format.sampleRate / 10)
    var best = Cut(after: 0, frames: frames)
    var least = Float.infinity
    for after in stride(from: 0, through: last, by: max(1, seamFrames / 2)) {
      let loudness = energy(at: after) + energy(at: after + frames)
      if loudness < least {
        least = loudness
        best.after = after
      }
    }
    cut = best
    return true
  }

  /// Sum of squares over one crossfade's length, `offset` frames ahead.
  private func energy(at offset: Int) -> Float {
    let other = other
    guard loadPieces(seamFrames, offset: offset, into: other) else { return .infinity }
    var sum: Float = 0
    let samples = other.span(0..<other.count)
    for index in samples.indices { sum += samples[index] * samples[index] }
    return sum
  }

  /// Reads the sound before the cut, fades it into the sound behind, and leaves out what lies between.
  mutating func makeSeam(_ cut: Cut) {
    guard loadPieces(seamFrames, offset: 0, into: seam),
      loadPieces(seamFrames, offset: cut.frames, into: other)
    else { return }
    let (seam, other) = (seam, other)
    var old = seam.mutableSpan(0..<seam.count)
    crossfade(&old, to: other.span(0..<other.count), channels: format.channels)
    skip(cut.frames + seamFrames)
    seamPlace = 0
  }

  private func loadPieces(_ frames: Int, offset: Int, into target: Slab<Float>) -> Bool {
    var done = 0
    while done < frames {
      let count = min(frames - done, Self.block)
      guard load(count, offset: offset + done, into: target, at: done * format.channels) else { return false }
      done += count
    }
    return true
  }
}
