/// A factor on its way: a straight line of fixed length to wherever it was told to go last.
struct GainRamp {
  /// The factor after the frames so far.
  private(set) var current: Float
  private(set) var goal: Float
  /// Frames still to go until ``goal``.
  private(set) var remaining = 0
  private let length: Int

  /// - Parameter length: Frames from one factor to the next; at least 1.
  init(at factor: Float, length: Int) {
    current = factor
    goal = factor
    self.length = max(1, length)
  }

  /// True while the factor stands still.
  var isSteady: Bool { remaining == 0 }

  mutating func aim(at factor: Float) {
    if factor == goal { return }
    goal = factor
    remaining = length
  }

  /// Moves on by at most `limit` frames, not beyond the end of the line.
  /// - Returns: How many frames, and the factor before the first and at the last of them.
  mutating func advance(limit: Int) -> (frames: Int, from: Float, to: Float) {
    if remaining == 0 { return (limit, goal, goal) }
    let frames = min(limit, remaining)
    let start = current
    remaining -= frames
    current = remaining == 0 ? goal : start + (goal - start) * Float(frames) / Float(remaining + frames)
    return (frames, start, current)
  }
}
