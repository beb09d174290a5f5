internal import Glibc

/// What this machine calls itself.
enum MachineName {
  /// The host name, without a domain. Asks the kernel.
  static func current() -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let isKnown = unsafe bytes.withUnsafeMutableBytes { memory in
      guard let start = memory.baseAddress else { return false }
      return unsafe gethostname(start.assumingMemoryBound(to: CChar.self), memory.count - 1) == 0
    }
    let text = isKnown ? String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) : ""
    return text.split(separator: ".").first.map { String($0) } ?? "localhost"
  }
}
