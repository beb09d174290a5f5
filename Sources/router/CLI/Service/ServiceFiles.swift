internal import Glibc
import RouterCore

/// Files of a service, put in their places. Blocks.
enum ServiceFiles {
  static func makeFolder(_ path: String) throws(SystemError) {
    let ends = path.indices.filter { path[$0] == "/" && $0 != path.startIndex } + [path.endIndex]
    for end in ends where unsafe mkdir(String(path[..<end]), 0o755) != 0 && errno != EEXIST {
      throw SystemError("mkdir \(path[..<end])", code: errno)
    }
  }

  static func copy(_ source: String, to target: String, mode: UInt32) throws(SystemError) {
    try write(try DocumentFile.read(source, limit: 1 << 30), to: target, mode: mode)
  }

  /// Whole or not at all: written beside, then moved into its place.
  static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SystemError) {
    if let end = path.lastIndex(of: "/") { try makeFolder(String(path[..<end])) }
    let beside = path + ".new"
    let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw SystemError("open \(beside)", code: errno) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { throw SystemError("write \(beside)", code: errno) }
      done += max(0, count)
    }
    fchmod(descriptor, mode_t(mode))
    guard fsync(descriptor) == 0, unsafe rename(beside, path) == 0 else {
      throw SystemError("rename \(path)", code: errno)
    }
  }

  /// The folder and the document in it; links are not followed.
  static func give(_ path: String, to user: String) throws(SystemError) {
    guard let entry = unsafe getpwnam(user) else { throw SystemError("there is no user \(user)", code: ENOENT) }
    let (owner, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    for file in [path, path + "/routes.json"] where unsafe lchown(file, owner, group) != 0 {
      throw SystemError("lchown \(file)", code: errno)
    }
  }
}
