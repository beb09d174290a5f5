internal import Glibc

/// What this machine calls itself.
enum MachineName {
  /// The host name, without a domain. Asks the kernel.
  static func current() -> String {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = unsafe buffer.baseAddress, unsafe gethostname(start, 255) == 0 else { return "" }
      unsafe start[255] = 0
      return unsafe String(cString: start)
    }
    return text.split(separator: ".").first.map { String($0) } ?? "localhost"
  }
}
