internal import Glibc
import RouterCore

/// Folders of recordings. Blocks; not on the data path.
enum Folder {
  /// The path from the root; as it is where there is no such folder.
  static func absolute(_ path: String) -> String {
    guard let found = unsafe realpath(path.isEmpty ? "." : path, nil) else { return path }
    defer { unsafe Glibc.free(found) }
    return unsafe String(cString: found)
  }

  /// Makes it and those above it.
  static func make(_ path: String) throws(SystemError) {
    let ends = path.indices.filter { path[$0] == "/" && $0 != path.startIndex } + [path.endIndex]
    for end in ends where unsafe mkdir(String(path[..<end]), 0o755) != 0 && errno != EEXIST {
      throw SystemError("mkdir \(path[..<end])", code: errno)
    }
  }

  /// Names in a folder; none where there is no such folder.
  static func names(in path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Bytes an ordinary user may still write there; nil if nobody knows.
  static func free(at path: String) -> Int? {
    var facts = statvfs()
    guard unsafe statvfs(path, &facts) == 0 else { return nil }
    return Int(facts.f_bavail) * Int(facts.f_frsize)
  }

  /// Writes a file beside, and moves it into its place.
  /// - Parameter isDurable: Waits until it is on the disk before that.
  static func write(_ text: String, to path: String, isDurable: Bool = false) throws(SystemError) {
    let beside = path + ".part"
    let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open \(beside)", code: errno) }
    let bytes = Array(text.utf8)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    var code = count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
    if code == 0, isDurable, fdatasync(descriptor) != 0 { code = errno }
    close(descriptor)
    if code == 0, unsafe rename(beside, path) == 0 { return }
    let failed = code == 0 ? errno : code
    unsafe unlink(beside)
    throw SystemError("write \(path)", code: failed)
  }

  /// Deletes a file; one that is gone is no error.
  static func delete(_ path: String) throws(SystemError) {
    guard unsafe unlink(path) != 0, errno != ENOENT else { return }
    throw SystemError("unlink \(path)", code: errno)
  }

  /// There is no such file; false also where nobody can say.
  static func isGone(_ path: String) -> Bool {
    var facts = stat()
    return unsafe stat(path, &facts) != 0 && (errno == ENOENT || errno == ENOTDIR)
  }

  /// Size in bytes and time of the last change in seconds since 1970; nil where there is no such file.
  static func facts(of path: String) -> (size: Int, changed: Int)? {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else { return nil }
    return (Int(facts.st_size), Int(facts.st_mtim.tv_sec))
  }

  /// Bytes of a file; fewer at its end.
  static func bytes(of path: String, from start: Int, count: Int) throws(SystemError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)", code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe pread(descriptor, memory.baseAddress?.advanced(by: done), count - done, off_t(start + done))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw SystemError("read \(path)", code: errno) }
      if got == 0 { break }
      done += got
    }
    bytes.removeLast(count - done)
    return bytes
  }

  /// Writes and deletes a file, to see whether that is possible.
  static func tryWriting(in directory: String) throws(SystemError) {
    let path = "\(directory)/.writable-\(getpid())"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open \(path)", code: errno) }
    defer {
      close(descriptor)
      unsafe unlink(path)
    }
    let bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    guard count == bytes.count else { throw SystemError("write \(path)", code: count < 0 ? errno : ENOSPC) }
  }
}
