internal import CLinux
internal import Glibc
internal import RouterCore

/// A timerfd that is ready at the loop's next deadline. Confined to its loop.
///
/// It stays set over many waits, while a time-out given to each wait would be programmed and taken back each time,
/// which costs a virtual machine more than the wait itself.
struct AlarmClock: ~Copyable {
  let descriptor: Int32
  private var instant: Instant?

  /// - Throws: `SystemError` if the process has no descriptor left.
  init() throws(SystemError) {
    descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
    guard descriptor >= 0 else { throw SystemError("timerfd_create", code: errno) }
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Rings at `deadline` or before: one that is set to an earlier moment stays so.
  /// - Parameter now: Before `deadline`, on the same clock.
  mutating func set(to deadline: Instant, from now: Instant) {
    if let instant, instant <= deadline, instant > now { return }
    let wait = deadline.nanoseconds &- now.nanoseconds
    var time = itimerspec()
    time.it_value = timespec(tv_sec: Int(wait / 1_000_000_000), tv_nsec: Int(wait % 1_000_000_000))
    guard unsafe timerfd_settime(descriptor, 0, &time, nil) == 0 else { return }
    instant = deadline
  }

  /// It has rung. Watched edge-triggered, it need not be read.
  mutating func rang() { instant = nil }
}
