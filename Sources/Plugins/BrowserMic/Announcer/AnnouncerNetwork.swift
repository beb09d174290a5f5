internal import Glibc
internal import RouterCore

/// A network this machine is in.
struct AnnouncedNetwork: Hashable, Sendable {
  /// Ours in it.
  var address: String
  /// Everybody in it.
  var broadcast: String
}

/// What the announcer needs of the machine. All calls block.
struct AnnouncerNetwork: Sendable {
  /// Every IPv4 network, once.
  var networks: @Sendable () -> [AnnouncedNetwork]
  /// Sends one datagram. - Returns: nil, or why it could not be sent.
  var send: @Sendable (_ bytes: [UInt8], _ host: String, _ port: Int) -> String?

  static let real = AnnouncerNetwork(networks: currentNetworks, send: sendDatagram)

  /// Where it goes when this machine is in no network that has a broadcast address: to programs here.
  static let alone = AnnouncedNetwork(address: "127.0.0.1", broadcast: "127.0.0.1")
}

/// Interfaces that are up and can broadcast. One copy for each address of all: two interfaces into one network share it.
private func currentNetworks() -> [AnnouncedNetwork] {
  var list: UnsafeMutablePointer<ifaddrs>?
  guard unsafe getifaddrs(&list) == 0 else { return [] }
  defer { unsafe freeifaddrs(list) }
  var found: [AnnouncedNetwork] = []
  var next = unsafe list
  while let entry = unsafe next {
    unsafe next = entry.pointee.ifa_next
    let wanted = UInt32(IFF_UP) | UInt32(IFF_RUNNING) | UInt32(IFF_BROADCAST)
    guard unsafe entry.pointee.ifa_flags & wanted == wanted,
      let address = unsafe text(entry.pointee.ifa_addr),
      let broadcast = unsafe text(entry.pointee.ifa_ifu.ifu_broadaddr),
      !found.contains(where: { $0.broadcast == broadcast })
    else { continue }
    found.append(AnnouncedNetwork(address: address, broadcast: broadcast))
  }
  return found
}

/// Dotted; nil for what is no IPv4 address.
private func text(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
  guard let address = unsafe address, unsafe Int32(address.pointee.sa_family) == AF_INET else { return nil }
  let bytes = unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
    unsafe withUnsafeBytes(of: pointer.pointee.sin_addr.s_addr) { unsafe Array($0) }
  }
  return IPAddress(bytes: bytes)?.description
}

private func sendDatagram(_ bytes: [UInt8], _ host: String, _ port: Int) -> String? {
  guard let parts = IPAddress(host)?.bytes, parts.count == 4 else { return "\(host) is no IPv4 address" }
  let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return errnoText(errno) }
  defer { close(descriptor) }
  var yes: Int32 = 1
  _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &yes, socklen_t(MemoryLayout<Int32>.size))
  var target = sockaddr_in()
  target.sin_family = sa_family_t(AF_INET)
  target.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
  unsafe withUnsafeMutableBytes(of: &target.sin_addr.s_addr) { unsafe $0.copyBytes(from: parts) }
  let count = unsafe withUnsafePointer(to: &target) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  return count == bytes.count ? nil : errnoText(errno)
}
