import RouterCore

/// Waits until a burst of happenings is over. Pure: the time is handed in.
struct Debounce: Sendable, Equatable {
  /// Without happenings for that long a burst is over.
  let quiet: Duration
  /// A burst that does not end is cut off after this.
  let longest: Duration
  private var first: Instant?
  private var last: Instant?

  init(quiet: Duration = .milliseconds(300), longest: Duration = .seconds(3)) {
    self.quiet = quiet
    self.longest = longest
  }

  /// When the burst will be over if nothing happens; nil where there is none.
  var due: Instant? {
    guard let first, let last else { return nil }
    return min(last + quiet, first + longest)
  }

  mutating func happened(at now: Instant) {
    if first == nil { first = now }
    last = now
  }

  /// Whether a burst is over; it is told once.
  mutating func isOver(at now: Instant) -> Bool {
    guard let due, now >= due else { return false }
    (first, last) = (nil, nil)
    return true
  }
}
