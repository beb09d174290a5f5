import CLinux
import Glibc

/// The names and addresses this machine is reached by: those pages are served under, and those in its certificate.
///
/// Reads files: blocking. Asks no name server: what a stranger's server answers must not become a name of ours.
enum LocalNames {
  /// localhost, host name, host.local, its names in `/etc/hosts`, host with each domain the resolver searches, and the
  /// numeric addresses of all interfaces; in lower case, sorted, each once.
  ///
  /// - Parameter folder: Where `hosts` and `resolv.conf` are.
  static func current(folder: String = "/etc") -> [String] {
    var names: Set<String> = ["localhost", "127.0.0.1", "::1"]
    var buffer = [CChar](repeating: 0, count: 256)
    if unsafe gethostname(&buffer, buffer.count - 1) == 0 {
      let host = text(buffer).lowercased()
      let domains = NetworkFiles.searchDomains(read("\(folder)/resolv.conf"))
      names.formUnion(hostNames(host, domains: domains))
      names.formUnion(NetworkFiles.aliases(of: host, read("\(folder)/hosts")))
    }
    names.formUnion(addresses())
    return names.sorted()
  }

  /// What a host name as the kernel tells it stands for: itself, its first label, and that with `.local` and with each
  /// domain.
  static func hostNames(_ host: String, domains: [String] = []) -> [String] {
    let legal = host.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 46
    }
    guard legal, let label = host.split(separator: ".").first else { return [] }
    return [host, String(label), "\(label).local"] + domains.map { "\(label).\($0)" }
  }

  /// The first 64 KiB of a file as text; empty if there is none.
  private static func read(_ path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { _ = close(descriptor) }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
      count = max(0, unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
    return String(decoding: bytes, as: UTF8.self)
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
