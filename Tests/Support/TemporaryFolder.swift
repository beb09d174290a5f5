internal import Glibc

/// A folder of its own, gone with all that is in it when the object is.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() {
    var template = Array("/tmp/router-test-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
    }
    precondition(isMade, "no folder can be made in /tmp")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { TemporaryFolder.remove(path) }

  /// The path of a file in it.
  public subscript(_ name: String) -> String { "\(path)/\(name)" }

  /// What is in it, or in a folder below; sorted, without what is further below.
  public func names(_ below: String = "") -> [String] { TemporaryFolder.list(self[below]) }

  /// Every file and every empty folder, with its way from here; sorted.
  public var files: [String] { TemporaryFolder.files(in: path, below: "").sorted() }

  /// Of a file; nil when it is not there.
  public func bytes(_ name: String) -> [UInt8]? {
    guard let file = unsafe fopen(self[name], "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = unsafe fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    return bytes
  }

  public func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

  /// Writes a file, in place if it is there; folders above it are made.
  public func write(_ bytes: some Collection<UInt8>, to name: String) {
    for end in name.indices where name[end] == "/" { unsafe mkdir(self[String(name[..<end])], 0o755) }
    guard let file = unsafe fopen(self[name], "w") else { return }
    let bytes = Array(bytes)
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }

  public func write(_ text: String, to name: String) { write(text.utf8, to: name) }

  private static func list(_ path: String) -> [String] {
    guard let handle = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      names.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  private static func files(in path: String, below: String) -> [String] {
    list(path).flatMap { name -> [String] in
      let inner = files(in: "\(path)/\(name)", below: "\(below)\(name)/")
      return inner.isEmpty ? [below + name] : inner
    }
  }

  private static func remove(_ path: String) {
    for name in list(path) {
      let inner = "\(path)/\(name)"
      if unsafe unlink(inner) != 0 { remove(inner) }
    }
    unsafe rmdir(path)
  }
}
