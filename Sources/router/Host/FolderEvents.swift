import CLinux
import Glibc
import RouterCore

/// inotify: tells when a name in one of some folders changes. One thread; `Sendable` by being used there only.
final class FolderEvents {
  /// Writing in place, renaming over, making, linking, removing; and the end of the folder itself.
  private static let mask = UInt32(
    IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
      | IN_ONLYDIR)
  private static let folderEnd = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_Q_OVERFLOW | IN_UNMOUNT)

  let descriptor: Int32
  private var names: [Int32: Set<String>] = [:]

  /// - Throws: `SystemError` if the process or the user has no inotify left.
  init() throws(SystemError) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else { throw SystemError("inotify_init1", code: errno) }
  }

  deinit { close(descriptor) }

  /// Watches these names and no others.
  /// - Returns: Whether every folder is there.
  func watch(_ lookups: Set<ResolvedPath.Lookup>) -> Bool {
    var wanted: [Int32: Set<String>] = [:]
    var isComplete = true
    for lookup in lookups {
      let watch = unsafe inotify_add_watch(descriptor, lookup.folder, Self.mask)
      if watch >= 0 { wanted[watch, default: []].insert(lookup.name) } else { isComplete = false }
    }
    for old in names.keys where wanted[old] == nil { inotify_rm_watch(descriptor, old) }
    names = wanted
    return isComplete
  }

  /// Reads what happened. - Returns: Whether one of the names may have changed.
  func take() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var isRelevant = false
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return isRelevant }
      if concernsUs(buffer[..<count]) { isRelevant = true }
    }
  }

  /// `struct inotify_event`: watch, mask, cookie and length of the name, 32 bits each; then the name and zeros.
  private func concernsUs(_ bytes: ArraySlice<UInt8>) -> Bool {
    var at = bytes.startIndex
    var isRelevant = false
    while at + 16 <= bytes.endIndex {
      let watch = Int32(bitPattern: Self.word(bytes, at))
      let length = Int(Self.word(bytes, at + 12))
      guard at + 16 + length <= bytes.endIndex else { return true }
      let name = String(decoding: bytes[(at + 16)..<(at + 16 + length)].prefix { $0 != 0 }, as: UTF8.self)
      let isEnd = Self.word(bytes, at + 4) & Self.folderEnd != 0
      // A watch that was given up says so itself: no longer ours, no longer of interest.
      if names[watch].map({ isEnd || $0.contains(name) }) ?? (watch < 0) { isRelevant = true }
      at += 16 + length
    }
    return isRelevant
  }

  private static func word(_ bytes: ArraySlice<UInt8>, _ at: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
  }
}
