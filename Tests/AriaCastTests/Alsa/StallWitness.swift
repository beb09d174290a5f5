import Glibc
import RouterCore
import Synchronization

@testable import AriaCast

/// Notices when the machine stands still: a thread with the priority of a card's, which wants to run every 2 ms and
/// keeps the longest time it was not let.
final class StallWitness: Sendable {
  private let isOver = Atomic<Bool>(false)
  private let worst = OneShot<Duration>()

  init() throws {
    try DeviceThread.start("witness") { [self] in
      _ = DeviceThread.requestRealtime()
      watch()
    }
  }

  /// Ends the thread.
  /// - Returns: The longest stall it saw.
  func end() async -> Duration {
    isOver.store(true, ordering: .relaxed)
    return await worst.value
  }

  private func watch() {
    var longest = Duration.zero
    var due = Instant.now()
    while !isOver.load(ordering: .relaxed) {
      due = due + .milliseconds(2)
      var until = timespec(tv_sec: Int(due.nanoseconds / 1_000_000_000), tv_nsec: Int(due.nanoseconds % 1_000_000_000))
      unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil)
      let now = Instant.now()
      longest = max(longest, now - due)
      due = max(due, now)
    }
    worst.fulfil(longest)
  }
}
