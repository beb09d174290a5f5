internal import Glibc

/// The IPv4 addresses by which other machines reach this one.
enum NetworkAddresses {
  /// Of every interface that is up, loopback and link-local left out. Asks the kernel: blocking.
  static func current() -> [String] {
    var first: UnsafeMutablePointer<ifaddrs>? = nil
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var found: [String] = []
    var entry = unsafe first
    while let item = unsafe entry {
      if let text = unsafe numeric(item.pointee.ifa_addr), isReachable(text), !found.contains(text) {
        found.append(text)
      }
      unsafe entry = item.pointee.ifa_next
    }
    return found
  }

  static func isReachable(_ address: String) -> Bool { !address.hasPrefix("127.") && !address.hasPrefix("169.254.") }

  private static func numeric(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address = unsafe address, Int32(unsafe address.pointee.sa_family) == AF_INET else { return nil }
    let raw = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
    let number = UInt32(bigEndian: raw)
    return [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
  }
}
