internal import Glibc

/// The addresses under which others reach this machine.
enum LocalAddresses {
  /// Without loopback and link-local; IPv4 first. Any thread.
  static func current() -> [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var found: [String] = []
    var next = unsafe first
    while let entry = unsafe next {
      unsafe next = entry.pointee.ifa_next
      guard let address = unsafe entry.pointee.ifa_addr, let text = unsafe text(address) else { continue }
      found.append(text)
    }
    let outer = found.filter {
      !$0.hasPrefix("127.") && $0 != "::1" && !$0.hasPrefix("fe80") && !$0.hasPrefix("169.254.")
    }
    return outer.filter { !$0.contains(":") } + outer.filter { $0.contains(":") }
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    let family = unsafe Int32(address.pointee.sa_family)
    guard family == AF_INET || family == AF_INET6 else { return nil }
    let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = unsafe getnameinfo(address, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
    guard code == 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
