import CLinux
import Glibc

/// inotify on one folder: whether something in it may have changed since the last look. Not thread-safe.
///
/// Without inotify, and while the folder is not there, every look says yes.
final class FolderWatch {
  private static let mask = UInt32(
    IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF
      | IN_MOVE_SELF | IN_ONLYDIR)
  private static let ends = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

  private let path: String
  private let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
  private var watch: Int32 = -1

  init(_ path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Does not wait for the disk.
  func mayHaveChanged() -> Bool {
    guard descriptor >= 0 else { return true }
    guard watch >= 0 else {
      watch = unsafe inotify_add_watch(descriptor, path, Self.mask)
      return true
    }
    return drain()
  }

  private func drain() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var hasChanged = false
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return hasChanged }
      hasChanged = true
      if isOver(buffer[..<count]) { forget() }
    }
  }

  /// The folder itself is gone, or another one has its name. `struct inotify_event`: watch, mask, cookie and length of
  /// the name, 32 bits each; then the name.
  private func isOver(_ events: ArraySlice<UInt8>) -> Bool {
    var at = events.startIndex
    while at + 16 <= events.endIndex {
      if word(events, at) == UInt32(bitPattern: watch), word(events, at + 4) & Self.ends != 0 { return true }
      at += 16 + Int(word(events, at + 12))
    }
    return false
  }

  private func forget() {
    inotify_rm_watch(descriptor, watch)
    watch = -1
  }

  private func word(_ bytes: ArraySlice<UInt8>, _ at: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
  }
}
