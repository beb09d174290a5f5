import CLinux
import Glibc

/// The names and addresses this machine is reached by. Control side.
enum LocalNames {
  /// Host name, host.local, localhost and the numeric addresses of all interfaces, sorted, each once.
  static func current() -> [String] {
    var names: Set<String> = ["localhost", "127.0.0.1", "::1"]
    var buffer = [CChar](repeating: 0, count: 256)
    if unsafe gethostname(&buffer, buffer.count - 1) == 0 {
      names.formUnion(hostNames(text(buffer)))
    }
    names.formUnion(addresses())
    return names.sorted()
  }

  /// What a host name as the kernel tells it stands for: itself, its first label, and that with `.local`.
  static func hostNames(_ host: String) -> [String] {
    let legal = host.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 46
    }
    guard legal, let label = host.split(separator: ".").first else { return [] }
    return [host, String(label), "\(label).local"]
  }

  private static func addresses() -> [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var found: [String] = []
    var next = unsafe first
    while let entry = unsafe next {
      unsafe next = entry.pointee.ifa_next
      guard let address = unsafe entry.pointee.ifa_addr else { continue }
      if let numeric = unsafe numeric(address) { found.append(numeric) }
    }
    return found
  }

  private static func numeric(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    let size: Int
    switch Int32(unsafe address.pointee.sa_family) {
    case AF_INET: size = MemoryLayout<sockaddr_in>.size
    case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = unsafe getnameinfo(
      address, socklen_t(size), &host, socklen_t(host.count), nil, 0, Int32(NI_NUMERICHOST))
    // A link-local address is shown with its interface, which no certificate can name.
    return code == 0 ? text(host).split(separator: "%").first.map(String.init) : nil
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
