import Glibc

@testable import ADPCMIngest

/// A folder that is gone, with what is in it, when the value is.
final class TemporaryFolder: Sendable {
  let path: String

  struct Missing: Error {}

  init() throws {
    var name = Array("/tmp/recorder-test-XXXXXX".utf8CString)
    let isMade = unsafe name.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw Missing() }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { TemporaryFolder.remove(path) }

  private static func remove(_ path: String) {
    for name in Folder.names(in: path) {
      let inner = "\(path)/\(name)"
      if unsafe unlink(inner) != 0 { remove(inner) }
    }
    unsafe rmdir(path)
  }

  /// Paths below, sorted.
  var files: [String] { TemporaryFolder.files(in: path, below: "").sorted() }

  private static func files(in path: String, below: String) -> [String] {
    Folder.names(in: path).flatMap { name -> [String] in
      let inner = files(in: "\(path)/\(name)", below: "\(below)\(name)/")
      return inner.isEmpty ? [below + name] : inner
    }
  }

  func bytes(_ name: String) -> [UInt8] {
    guard let facts = Folder.facts(of: "\(path)/\(name)") else { return [] }
    let descriptor = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: facts.size)
    let got = unsafe read(descriptor, &bytes, bytes.count)
    return got == bytes.count ? bytes : []
  }

  func put(_ bytes: [UInt8], in name: String) {
    let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    _ = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
  }
}
