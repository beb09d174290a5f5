import RouterCore

/// When the next announcement goes out: at once, then regularly, and soon after a change. Pure: time is passed in.
struct AnnouncementSchedule {
  /// Changes that come in a burst are told once, so long after the announcement before.
  static let gap = Duration.seconds(1)

  let interval: Duration
  private var last: Instant?
  private var isChanged = false

  init(interval: Duration) { self.interval = interval }

  /// There is something new to say.
  mutating func change() { isChanged = true }

  /// When to look again; nil: now.
  var next: Instant? {
    guard let last else { return nil }
    return last + (isChanged ? min(AnnouncementSchedule.gap, interval) : interval)
  }

  /// - Returns: Whether to announce now; then it counts as done.
  mutating func take(at now: Instant) -> Bool {
    if let next, next > now { return false }
    last = now
    isChanged = false
    return true
  }
}
