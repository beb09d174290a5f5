import RouterCore

/// Counters of one publisher or connection over the last minute: what came within a window, without ever going
/// backwards. Pure.
///
/// A counter that falls, or a pause in the looks, begins it anew: nothing is said until there are two looks again.
struct CounterWindow<Counters: SIMD & Sendable>: Sendable where Counters.Scalar == UInt64 {
  private struct Sample {
    var at: Instant
    var counters: Counters
  }

  /// Looks nearer than this are not kept apart, nor compared.
  static var shortest: Duration { .milliseconds(500) }

  /// Longest window that is asked for.
  let span: Duration
  /// Oldest first; at most one older than the span.
  private var samples: [Sample] = []
  private var latest: Sample?

  init(span: Duration = .seconds(60)) { self.span = span }

  /// - Parameter pause: Longest time since the look before that still counts as looking on.
  mutating func add(_ counters: Counters, at now: Instant, pause: Duration) {
    if let latest, any(counters .< latest.counters) || now - latest.at > pause || now < latest.at {
      samples.removeAll(keepingCapacity: true)
    }
    let sample = Sample(at: now, counters: counters)
    latest = sample
    if let last = samples.last, now - last.at < Self.shortest { return }
    samples.append(sample)
    while samples.count > 2, now - samples[1].at >= span { samples.removeFirst() }
  }

  /// What was counted in the last `window`, or since counting began if that is less.
  ///
  /// - Returns: Seconds really covered, at least 0.5, and the differences; nil before two looks have counted.
  func last(_ window: Duration) -> (seconds: Double, counted: Counters)? {
    guard let latest else { return nil }
    let base = samples.last { latest.at - $0.at >= window } ?? samples.first
    guard let base, latest.at - base.at >= Self.shortest else { return nil }
    return ((latest.at - base.at).seconds, latest.counters &- base.counters)
  }

  /// Decimal megabits a second of a lane that counts bytes.
  func megabits(_ lane: Int, over window: Duration) -> Double? {
    last(window).map { Double($0.counted[lane]) * 8 / $0.seconds / 1e6 }
  }
}
