/// Keeps a repeating message from filling the log: a burst passes, then one a window, with the number left out. Pure.
struct LogLimiter {
  struct Key: Hashable { var source: String, message: String }
  private struct Count { var windowStart: Instant, passed: Int, held: Int }

  /// Lines of one source and message that pass in one window.
  let burst: Int
  let window: Duration
  private var counts: [Key: Count] = [:]
  /// Messages with ever new words cannot make the table grow without end.
  static let keysAtMost = 4096

  init(burst: Int = 10, window: Duration = .seconds(10)) {
    self.burst = burst
    self.window = window
  }

  var keyCount: Int { counts.count }

  /// - Returns: nil if the line is held back; else how many were held back since the last one that passed.
  mutating func admit(_ key: Key, at now: Instant) -> Int? {
    guard var count = counts[key] else {
      if counts.count >= Self.keysAtMost { counts.removeAll() }
      counts[key] = Count(windowStart: now, passed: 1, held: 0)
      return 0
    }
    defer { counts[key] = count }
    if now - count.windowStart >= window {
      let held = count.held
      count = Count(windowStart: now, passed: 1, held: 0)
      return held
    }
    guard count.passed < burst else {
      count.held += 1
      return nil
    }
    count.passed += 1
    return 0
  }
}
