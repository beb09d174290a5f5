internal import CLinux
internal import Glibc
internal import RouterCore

/// The names and addresses of this machine.
enum ServedNames {
  /// Loopback names, the host's name with and without `.local`, and every address of our interfaces.
  ///
  /// Asks the kernel; takes some ten microseconds. Control side.
  static func current() -> Set<String> {
    var names: Set<String> = ["localhost", "127.0.0.1", "::1"]
    let host = hostName()
    if !host.isEmpty {
      names.insert(host)
      names.insert(String(host.prefix { $0 != "." }) + ".local")
    }
    return names.union(interfaceAddresses())
  }

  /// In lower case; empty if the machine has none.
  static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
  }

  private static func interfaceAddresses() -> Set<String> {
    var first: UnsafeMutablePointer<ifaddrs>? = nil
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var found: Set<String> = []
    var entry = unsafe first
    while let item = unsafe entry {
      if let address = unsafe item.pointee.ifa_addr, let text = unsafe numeric(address) { found.insert(text) }
      unsafe entry = item.pointee.ifa_next
    }
    return found
  }

  private static func numeric(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    let family = Int32(unsafe address.pointee.sa_family)
    guard family == AF_INET || family == AF_INET6 else { return nil }
    var copy = SocketAddress()
    let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    unsafe copy.fill { target, length in
      unsafe memcpy(target, address, size)
      unsafe length.pointee = socklen_t(size)
    }
    return String(copy.peer.host.prefix { $0 != "%" })
  }
}
