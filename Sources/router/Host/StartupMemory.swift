internal import CLinux
import RouterCore

/// Memory that only the start needed: most of the program's code runs once, for plugins, options and pages.
enum StartupMemory {
  /// When everything that starts has started.
  private static let delay = Duration.seconds(3)

  /// Gives the code back once the start is over. What runs on is mapped again from the page cache, about 2 µs for each
  /// 64 KiB of it.
  static func giveBack(_ time: any TimeSource) async {
    do { try await time.sleep(until: time.now + delay) } catch { return }
    _ = clinux_give_back_code()
  }
}
