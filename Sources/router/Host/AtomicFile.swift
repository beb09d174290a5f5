import Glibc
import RouterCore

/// Files that are the old or the new one at every moment, also after a power cut. Blocks: call on the blocking pool.
enum AtomicFile {
  /// Who may read and write a file.
  struct Rights: Equatable {
    var mode: mode_t = 0o644
    var owner: uid_t?
    var group: gid_t?
  }

  /// Writes beside, fsyncs, renames, fsyncs the folder. - Returns: nil, or what failed.
  static func write(_ bytes: [UInt8], to path: String, rights: Rights = Rights()) -> SystemError? {
    let beside = path + ".new"
    if let failure = write(bytes, beside: beside, rights: rights) { return failure }
    guard unsafe rename(beside, path) == 0 else {
      let failure = SystemError("rename", code: errno)
      unsafe unlink(beside)
      return failure
    }
    return syncFolder(of: path)
  }

  /// Writes and fsyncs a file that is to be renamed; leaves none behind on failure.
  static func write(_ bytes: [UInt8], beside path: String, rights: Rights) -> SystemError? {
    unsafe unlink(path)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, rights.mode)
    guard descriptor >= 0 else { return SystemError("open", code: errno) }
    let failure = put(bytes, descriptor, rights)
    close(descriptor)
    if failure != nil { unsafe unlink(path) }
    return failure
  }

  private static func put(_ bytes: [UInt8], _ descriptor: Int32, _ rights: Rights) -> SystemError? {
    // Only root gives files away; for others the file becomes theirs, as with every editor.
    if let owner = rights.owner, let group = rights.group { _ = fchown(descriptor, owner, group) }
    if fchmod(descriptor, rights.mode) != 0 { return SystemError("fchmod", code: errno) }
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return SystemError("write", code: errno) }
      done += max(0, count)
    }
    return fsync(descriptor) == 0 ? nil : SystemError("fsync", code: errno)
  }

  /// Makes what was renamed in a file's folder last.
  static func syncFolder(of path: String) -> SystemError? {
    let folder = unsafe open(DocumentFile.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return SystemError("open", code: errno) }
    defer { close(folder) }
    return fsync(folder) == 0 ? nil : SystemError("fsync", code: errno)
  }
}
