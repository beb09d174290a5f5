import Glibc
import RouterCore

/// Small files that only their owner may read. Blocking; never on a loop.
enum SecretFile {
  /// The whole file; nil if there is none.
  /// - Throws: `SystemError` if it exists and cannot be read.
  static func read(_ path: String) throws(SystemError) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw SystemError("open \(path)", code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe Glibc.read(descriptor, &piece, piece.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += piece[..<count]
      } else if errno != EINTR {
        throw SystemError("read \(path)", code: errno)
      }
    }
  }

  /// Replaces the file at once or not at all: written beside with mode 0600, synced, renamed, folder synced.
  static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let beside = "\(path).new"
    unsafe unlink(beside)
    let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemError("create \(beside)", code: errno) }
    do {
      defer { close(descriptor) }
      try writeAll(bytes, descriptor, beside)
      guard fsync(descriptor) == 0 else { throw SystemError("fsync \(beside)", code: errno) }
    }
    guard unsafe rename(beside, path) == 0 else { throw SystemError("rename \(beside)", code: errno) }
    let end = path.lastIndex(of: "/") ?? path.startIndex
    let folder = unsafe open(end == path.startIndex ? "." : String(path[..<end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private static func writeAll(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let rest = Array(bytes[written...])
      let count = unsafe Glibc.write(descriptor, rest, rest.count)
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw SystemError("write \(path)", code: errno)
      }
    }
  }

  /// Makes the folder and those above it, mode 0700, where missing.
  static func makeFolder(_ path: String) throws(SystemError) {
    var ends = path.indices.filter { $0 > path.startIndex && path[$0] == "/" }
    ends.append(path.endIndex)
    for end in ends where unsafe mkdir(String(path[..<end]), 0o700) != 0 && errno != EEXIST {
      throw SystemError("mkdir \(path[..<end])", code: errno)
    }
  }
}
