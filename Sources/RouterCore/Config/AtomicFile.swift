internal import Glibc

/// Files that are the old or the new one at every moment, also after a power cut. Blocks: call on the blocking pool.
public enum AtomicFile {
  /// Who may read and write a file.
  public struct Rights: Equatable, Sendable {
    public var mode: UInt32
    /// nil: whoever writes.
    public var owner: UInt32?
    public var group: UInt32?
    public init(mode: UInt32 = 0o644, owner: UInt32? = nil, group: UInt32? = nil) {
      self.mode = mode
      self.owner = owner
      self.group = group
    }
  }

  /// Writes beside, fsyncs, renames, fsyncs the folder.
  ///
  /// - Parameter isDurable: false leaves the fsyncs out: a power cut may lose the file, a crash of the program not.
  /// - Returns: nil, or what failed; the old file is there then, unless only the folder's fsync failed.
  public static func write(
    _ bytes: [UInt8], to path: String, rights: Rights = Rights(), isDurable: Bool = true
  ) -> SystemError? {
    let beside = path + ".new"
    if let failure = write(bytes, beside: beside, rights: rights, isDurable: isDurable) { return failure }
    guard unsafe rename(beside, path) == 0 else {
      let failure = SystemError("rename", code: errno)
      unsafe unlink(beside)
      return failure
    }
    return isDurable ? syncFolder(of: path) : nil
  }

  /// Writes and fsyncs a file that is to be renamed; leaves none behind on failure.
  public static func write(
    _ bytes: [UInt8], beside path: String, rights: Rights, isDurable: Bool = true
  ) -> SystemError? {
    // Another program's file of that name, or a link that somebody laid there, is not written through.
    unsafe unlink(path)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, rights.mode)
    guard descriptor >= 0 else { return SystemError("open", code: errno) }
    var failure = put(bytes, descriptor, rights)
    if failure == nil, isDurable, fsync(descriptor) != 0 { failure = SystemError("fsync", code: errno) }
    if close(descriptor) != 0, failure == nil { failure = SystemError("close", code: errno) }
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
    return nil
  }

  /// Makes what was renamed in a file's folder last.
  public static func syncFolder(of path: String) -> SystemError? {
    let descriptor = unsafe open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return SystemError("open", code: errno) }
    defer { close(descriptor) }
    return fsync(descriptor) == 0 ? nil : SystemError("fsync", code: errno)
  }

  /// `.` for a name alone.
  public static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}
