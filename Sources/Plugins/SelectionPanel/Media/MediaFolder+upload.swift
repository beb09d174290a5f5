import Glibc
import RouterCore

/// Putting media into a folder, and taking them out. All of it blocks.
extension MediaFolder {
  private static let prefix = ".upload-"

  /// Writes a file beside, waits until it is on the disk, and moves it into its place: whoever reads meanwhile reads the
  /// old one or the new one. Other files of that slot and role are deleted after that, so that the new one counts.
  ///
  /// - Throws: `SystemError`; everything is as it was then.
  func put(_ bytes: [UInt8], _ format: MediaFormat, slot: Int) throws(SystemError) {
    try make()
    let name = MediaNaming.name(slot, format)
    let beside = "\(path)/\(MediaFolder.prefix)\(name)-\(UInt64.random(in: 0...UInt64.max))"
    do throws(SystemError) {
      try MediaFolder.write(bytes, to: beside)
      try changes.withLock { _ throws(SystemError) in try place(beside, as: name, format, slot) }
    } catch {
      unsafe unlink(beside)
      throw error
    }
  }

  private func place(_ beside: String, as name: String, _ format: MediaFormat, _ slot: Int) throws(SystemError) {
    guard unsafe rename(beside, "\(path)/\(name)") == 0 else { throw SystemError("rename \(name)", code: errno) }
    MediaFolder.sync(path)
    for other in format.role.formats where other != format {
      unsafe unlink("\(path)/\(MediaNaming.name(slot, other))")
    }
  }

  /// Deletes every file of that slot and role.
  /// - Returns: Whether there was one.
  func remove(_ role: MediaRole, slot: Int) throws(SystemError) -> Bool {
    try changes.withLock { _ throws(SystemError) in try take(role, slot) }
  }

  private func take(_ role: MediaRole, _ slot: Int) throws(SystemError) -> Bool {
    var isFound = false
    for format in role.formats {
      let name = MediaNaming.name(slot, format)
      if unsafe unlink("\(path)/\(name)") == 0 {
        isFound = true
      } else if errno != ENOENT {
        throw SystemError("unlink \(name)", code: errno)
      }
    }
    return isFound
  }

  /// Deletes what uploads left that the router did not live to complete.
  func clearLeftovers() {
    guard let folder = unsafe opendir(path) else { return }
    defer { unsafe closedir(folder) }
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix(MediaFolder.prefix) { unsafe unlink("\(path)/\(name)") }
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", code: errno) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write", code: count < 0 ? errno : ENOSPC) }
      done += count
    }
    guard fdatasync(descriptor) == 0 else { throw SystemError("fdatasync", code: errno) }
  }

  /// Names reach the disk with their folder.
  private static func sync(_ path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
