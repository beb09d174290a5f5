internal import Glibc

/// A point on the monotonic clock, in nanoseconds. Never compared with the wall clock.
public struct Instant: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// CLOCK_MONOTONIC now. Any thread; allocates nothing.
  public static func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  /// The next whole second of the clock: who waits for it wakes together with all others that do.
  public var nextSecond: Instant {
    let second = Int64(1_000_000_000)
    return Instant(nanoseconds: (nanoseconds / second &+ 1) &* second)
  }

  public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  public static func + (a: Instant, b: Duration) -> Instant { Instant(nanoseconds: a.nanoseconds &+ b.nanoseconds) }
  public static func - (a: Instant, b: Instant) -> Duration { .nanoseconds(a.nanoseconds &- b.nanoseconds) }
}

extension Duration {
  /// Whole nanoseconds; saturates at Int64's limits.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (high, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    return high &+ attoseconds / 1_000_000_000
  }

  /// Seconds as a floating-point number.
  public var seconds: Double { Double(nanoseconds) * 1e-9 }
}
