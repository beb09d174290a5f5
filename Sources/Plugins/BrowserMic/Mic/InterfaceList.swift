internal import Glibc

/// The network cards of this machine and the IPv4 addresses by which others reach it.
enum InterfaceList {
  struct Card: Equatable, Sendable {
    var name: String
    var address: String
    var netmask: String
    /// `aa:bb:cc:dd:ee:ff`; empty where there is none.
    var hardware: String
  }

  /// Of every interface that is up, loopback left out. Asks the kernel: blocking.
  static func current() -> [Card] {
    var first: UnsafeMutablePointer<ifaddrs>? = nil
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var cards: [Card] = []
    var hardware: [String: String] = [:]
    var entry = unsafe first
    while let item = unsafe entry {
      let name = unsafe String(cString: item.pointee.ifa_name)
      let mask = unsafe numeric(item.pointee.ifa_netmask) ?? ""
      if let address = unsafe numeric(item.pointee.ifa_addr), !address.hasPrefix("127.") {
        cards.append(Card(name: name, address: address, netmask: mask, hardware: ""))
      } else if let address = unsafe card(item.pointee.ifa_addr) {
        hardware[name] = address
      }
      unsafe entry = item.pointee.ifa_next
    }
    return cards.map { card in
      var card = card
      card.hardware = hardware[card.name] ?? ""
      return card
    }
  }

  private static func numeric(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address = unsafe address, Int32(unsafe address.pointee.sa_family) == AF_INET else { return nil }
    let raw = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
    let number = UInt32(bigEndian: raw)
    return [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
  }

  /// The address of the card itself: `sockaddr_ll` has its length at offset 11 and its bytes from 12 on.
  private static func card(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address = unsafe address, Int32(unsafe address.pointee.sa_family) == AF_PACKET else { return nil }
    let bytes = UnsafeRawPointer(address)
    guard unsafe bytes.load(fromByteOffset: 11, as: UInt8.self) == 6 else { return nil }
    return (12..<18).map { offset in
      let text = String(unsafe bytes.load(fromByteOffset: offset, as: UInt8.self), radix: 16)
      return text.utf8.count == 1 ? "0\(text)" : text
    }.joined(separator: ":")
  }
}
