internal import CLinux
internal import Glibc
import RouterCore

/// A file that is being written, and locked so that nobody mends it meanwhile.
///
/// Unchecked: one thread has it at a time, first the recorder's, then the one that finishes files. Errors are
/// `SystemError` with the path in it.
final class OpenFile: @unchecked Sendable {
  let path: String
  let descriptor: Int32
  /// Bytes written, all of them whole frames.
  private(set) var size = 0

  /// Makes a new file, with folders.
  /// - Throws: `EEXIST` where there is one of that name.
  init(creating path: String) throws(SystemError) {
    self.path = path
    var opened = OpenFile.create(path)
    if opened < 0, errno == ENOENT {
      try Folder.make(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
      opened = OpenFile.create(path)
    }
    guard opened >= 0 else { throw SystemError("open \(path)", code: errno) }
    descriptor = opened
    flock(descriptor, LOCK_EX | LOCK_NB)
  }

  /// Opens one that is there, to mend it.
  /// - Throws: `EWOULDBLOCK` while somebody writes it.
  init(mending path: String) throws(SystemError) {
    self.path = path
    descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)", code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw SystemError("flock \(path)", code: errno) }
    size = Int(lseek(descriptor, 0, SEEK_END))
  }

  private static func create(_ path: String) -> Int32 {
    unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
  }

  deinit {
    // A child process that is just being made may hold a copy of the descriptor, and the lock with it.
    flock(descriptor, LOCK_UN)
    _ = close(descriptor)
  }

  /// Appends all of it, or takes back what was written of it.
  func append(_ bytes: RawSpan) throws(SystemError) {
    var done = 0
    while done < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes { part in
        unsafe write(descriptor, part.baseAddress?.advanced(by: done), part.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = count < 0 ? errno : ENOSPC
        cut(to: size)
        throw SystemError("write \(path)", code: code)
      }
      done += count
    }
    size += done
  }

  /// Puts bytes in the place of others, at the start.
  func patch(_ bytes: [UInt8]) throws(SystemError) {
    let count = unsafe pwrite(descriptor, bytes, bytes.count, 0)
    guard count == bytes.count else { throw SystemError("write \(path)", code: count < 0 ? errno : ENOSPC) }
  }

  /// Reads at a place; fewer bytes at the end of the file.
  func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = unsafe pread(descriptor, &bytes, count, off_t(offset))
    guard got >= 0 else { throw SystemError("read \(path)", code: errno) }
    bytes.removeLast(count - got)
    return bytes
  }

  func cut(to size: Int) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { return }
    lseek(descriptor, off_t(size), SEEK_SET)
    self.size = size
  }

  /// Waits until it is on the disk.
  func sync() throws(SystemError) {
    guard fdatasync(descriptor) == 0 else { throw SystemError("fdatasync \(path)", code: errno) }
  }

  /// Waits until everything of its file system is on the disk: one wait for many files.
  func syncAll() throws(SystemError) {
    guard clinux_syncfs(descriptor) == 0 else { throw SystemError("syncfs \(path)", code: errno) }
  }
}
