/// When which block of a steady stream is due: block n is due n blocks after the start, whatever came in between.
package struct BlockClock {
  /// Frames of one block.
  package let frames: Int
  package let sampleRate: Int
  /// Late blocks that are made up for at once; beyond that the schedule moves.
  static let catchUp = 4
  /// When block 0 was due; moved on when blocks are left out.
  private(set) var start: Instant
  /// The next block that was not taken.
  private(set) var next: Int64 = 0
  /// Blocks left out because they were too late.
  private(set) var skipped = 0

  /// Blocks of about 20 ms, the first due at `start`.
  package init(sampleRate: Int, start: Instant) {
    frames = max(1, sampleRate / 50)
    self.sampleRate = sampleRate
    self.start = start
  }

  /// The length of a block, rounded up to a nanosecond.
  var interval: Duration {
    .nanoseconds((Int64(frames) * 1_000_000_000 + Int64(sampleRate) - 1) / Int64(sampleRate))
  }

  /// When a block is due: exact to the nanosecond, also after years.
  func instant(of block: Int64) -> Instant {
    let (seconds, rest) = (block * Int64(frames)).quotientAndRemainder(dividingBy: Int64(sampleRate))
    return start + .nanoseconds(seconds * 1_000_000_000 + rest * 1_000_000_000 / Int64(sampleRate))
  }

  /// Takes the blocks that are due, at most ``catchUp``; what is later than that is left out.
  mutating func take(at now: Instant) -> Range<Int64> {
    let first = next
    while next < first + Int64(Self.catchUp), instant(of: next) <= now { next += 1 }
    let late = now - instant(of: next)
    if late >= .zero {
      let blocks = late.nanoseconds / interval.nanoseconds + 1
      skipped += Int(blocks)
      start = start + interval * Int(blocks)
    }
    return first..<next
  }
}
