/// Where a stream stands: what the numbers of its frames say of lost sound. Pure; allocates nothing.
struct MicTimeline: Equatable, Sendable {
  enum Step: Equatable, Sendable {
    case next
    /// So many frames were left out and are put in as silence: a second at most.
    case silence(frames: Int)
    /// More was left out: the timeline begins anew here. Frames are those left out, 60 s at most.
    case restart(frames: Int)
  }

  private let rate: Int
  /// The index that the next frame should have; nil before the first.
  private(set) var expected: UInt64?
  private var lastSequence: UInt32?
  /// Messages that never came, by their numbers.
  private(set) var lost = 0

  /// - Parameters:
  ///   - rate: Frames a second.
  ///   - expected: Where an earlier connection of the same stream stopped.
  init(rate: Int, expected: UInt64? = nil) {
    self.rate = rate
    self.expected = expected
  }

  /// Takes the head of the next message.
  /// - Parameter frames: Sound it holds.
  /// - Throws: `.index` if it does not come after what was; the timeline stands as it stood then.
  mutating func take(_ frame: MicFrame, frames: Int) throws(MicFrame.Fault) -> Step {
    let end = frame.index.addingReportingOverflow(UInt64(frames))
    guard !end.overflow, frame.index >= expected ?? 0 else { throw .index }
    let left = frame.index - (expected ?? frame.index)
    expected = end.partialValue
    if let last = lastSequence {
      let step = frame.sequence &- last
      if step > 1, step < 1 << 31 { lost += Int(step) - 1 }
    }
    lastSequence = frame.sequence
    if left == 0 { return .next }
    return left <= UInt64(rate) ? .silence(frames: Int(left)) : .restart(frames: Int(min(left, UInt64(60 * rate))))
  }
}
