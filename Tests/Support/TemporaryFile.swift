internal import Glibc

/// A file that is gone when the value is.
public final class TemporaryFile {
  public let path: String

  public struct Missing: Error {}

  public init(_ bytes: [UInt8]) throws {
    var name = Array("/tmp/ariacast-test-XXXXXX".utf8CString)
    let descriptor = unsafe name.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe mkstemp(start)
    }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else { throw Missing() }
    defer { close(descriptor) }
    let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else { throw Missing() }
  }

  deinit { unsafe unlink(path) }
}
