import Glibc

@testable import router

/// A folder of its own, gone with the object.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/router-test-XXXXXX".utf8CString)
    path = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) } ?? "/nonexistent"
    }
  }

  deinit { TemporaryFolder.remove(path) }

  static func path(of name: String, in folder: String) -> String { folder + "/" + name }

  subscript(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) { FileText.write(text, to: self[name]) }
  func text(_ name: String) -> String? { FileText.read(self[name]) }

  var names: [String] { TemporaryFolder.names(in: path).sorted() }

  private static func names(in folder: String) -> [String] {
    guard let handle = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func remove(_ path: String) {
    for name in names(in: path) {
      let inner = path + "/" + name
      if unsafe unlink(inner) != 0 { remove(inner) }
    }
    unsafe rmdir(path)
  }
}

/// Files as an editor writes them: in place.
enum FileText {
  static func write(_ text: String, to path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }

  static func read(_ path: String) -> String? {
    (try? DocumentFile.read(path, limit: 1 << 24)).map { String(decoding: $0, as: UTF8.self) }
  }
}
