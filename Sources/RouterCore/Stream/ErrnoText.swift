internal import Glibc

/// The system's words for an errno, as `strerror(3)` says them. Any thread.
public func errnoText(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 160)
  guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self)
}
