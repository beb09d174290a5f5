import Glibc

/// A folder that is gone, with what is in it, when the value is.
final class TemporaryFolder: Sendable {
  let path: String

  struct Missing: Error {}

  init() throws {
    var name = Array("/tmp/monitor-test-XXXXXX".utf8CString)
    let isMade = unsafe name.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw Missing() }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { TemporaryFolder.remove(path) }

  private static func remove(_ path: String) {
    for name in list(path) {
      let inner = "\(path)/\(name)"
      if unsafe unlink(inner) != 0 { remove(inner) }
    }
    unsafe rmdir(path)
  }

  private static func list(_ path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      names.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// Names in a folder below.
  func names(_ below: String) -> [String] { TemporaryFolder.list("\(path)/\(below)") }

  func text(_ name: String) -> String? {
    guard let file = unsafe fopen("\(path)/\(name)", "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Writes a file; folders above it are made.
  func write(_ text: String, to name: String) {
    for end in name.indices where name[end] == "/" { unsafe mkdir("\(path)/\(name[..<end])", 0o755) }
    guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
    unsafe fputs(text, file)
    unsafe fclose(file)
  }
}
