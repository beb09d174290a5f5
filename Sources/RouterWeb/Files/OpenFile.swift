internal import Glibc
internal import RouterCore

/// A regular file opened for reading; closed with the last reference. Its calls block: never on a loop.
final class OpenFile: Sendable {
  let facts: FileAnswer.Facts
  private let descriptor: Int32

  /// - Returns: nil if there is no regular file that we may read.
  init?(_ path: String) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      facts = FileAnswer.Facts(size: 0, changed: 0)
      return nil
    }
    let changed = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    facts = FileAnswer.Facts(size: Int(status.st_size), changed: changed)
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// - Returns: at most `count` bytes; fewer at the end; nil on an error.
  func read(at offset: Int, count: Int) -> [UInt8]? {
    var result = -1
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      repeat {
        result = unsafe pread(descriptor, buffer.baseAddress, count, off_t(offset))
      } while result < 0 && errno == EINTR
      filled = max(0, result)
    }
    return result < 0 ? nil : bytes
  }
}
