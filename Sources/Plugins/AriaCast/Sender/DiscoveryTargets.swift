internal import Glibc
internal import RouterCore

/// IPv4 addresses as sockets take them.
enum DiscoveryTargets {
  private static let broadcast = "255.255.255.255"

  /// Where a request goes: the address itself; for the broadcast address also each network's own and this machine.
  static func targets(of address: PeerAddress) -> [sockaddr_in] {
    let hosts = address.host == broadcast ? [broadcast, "127.0.0.1"] : [address.host]
    var targets = hosts.compactMap { IPAddress($0)?.bytes }.filter { $0.count == 4 }
    if address.host == broadcast { targets += networks() }
    return targets.map { socketAddress($0, address.port) }
  }

  static func text(_ address: in_addr) -> String? {
    let bytes = unsafe withUnsafeBytes(of: address.s_addr) { unsafe Array($0) }
    return IPAddress(bytes: bytes)?.description
  }

  /// The broadcast address of each network this machine is in.
  private static func networks() -> [[UInt8]] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else { return [] }
    defer { unsafe freeifaddrs(list) }
    var found: [[UInt8]] = []
    var next = unsafe list
    while let entry = unsafe next {
      unsafe next = entry.pointee.ifa_next
      guard unsafe entry.pointee.ifa_flags & UInt32(IFF_BROADCAST) != 0,
        let address = unsafe entry.pointee.ifa_ifu.ifu_broadaddr,
        unsafe Int32(address.pointee.sa_family) == AF_INET
      else { continue }
      let bytes = unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
        unsafe withUnsafeBytes(of: pointer.pointee.sin_addr.s_addr) { unsafe Array($0) }
      }
      if !found.contains(bytes) { found.append(bytes) }
    }
    return found
  }

  private static func socketAddress(_ bytes: [UInt8], _ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    unsafe withUnsafeMutableBytes(of: &address.sin_addr.s_addr) { unsafe $0.copyBytes(from: bytes) }
    return address
  }
}
