internal import CLinux
import RouterCore

/// Memory at rest, which is small for a small machine's sake.
enum StartupMemory {
  /// When everything that starts has started.
  private static let delay = Duration.seconds(3)

  /// Lets all threads share two heaps: only the control side allocates, and it has few threads that do so at once. Before
  /// the first thread.
  static func limitHeaps() { clinux_limit_heaps(2) }

  /// Gives back what only the start needed, as most of the program's code runs once, for plugins, options and pages. What
  /// runs on is mapped again from the page cache, about 2 µs for each 64 KiB of it.
  static func giveBack(_ time: any TimeSource) async {
    do { try await time.sleep(until: time.now + delay) } catch { return }
    _ = clinux_give_back_code()
  }
}
