/// A CIDR range: `192.168.0.0/16`, `fe80::/10`, or one address. RFC 4632.
struct AddressRange: Equatable, Sendable {
  /// 16 bytes; IPv4 is held as IPv4 mapped into IPv6.
  private let network: [UInt8]
  /// Leading bits that must agree; 0 to 128.
  private let bits: Int

  /// - Returns: nil if the text is no range.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let address = AddressRange.bytes(String(parts[0])) else { return nil }
    let isV4 = !parts[0].contains(":")
    let width = isV4 ? 32 : 128
    var length = width
    if parts.count == 2 {
      guard let number = Int(parts[1]), (0...width).contains(number) else { return nil }
      length = number
    }
    bits = isV4 ? length + 96 : length
    network = address
  }

  func contains(_ host: String) -> Bool {
    guard let address = AddressRange.bytes(host) else { return false }
    for index in 0..<16 {
      let left = bits - index * 8
      if left <= 0 { return true }
      let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
      if (address[index] ^ network[index]) & mask != 0 { return false }
    }
    return true
  }

  /// The 16 bytes of a numeric address; a scope (`%eth0`) is ignored.
  static func bytes(_ host: String) -> [UInt8]? {
    let host = String(host.prefix { $0 != "%" })
    guard host.contains(":") else {
      guard let tail = v4(host[...]) else { return nil }
      return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + tail
    }
    let halves = host.split(separator: ":", omittingEmptySubsequences: false)
    guard let gap = host.firstRange(of: "::") else {
      guard let all = groups(halves), all.count == 16 else { return nil }
      return all
    }
    let head = host[..<gap.lowerBound], tail = host[gap.upperBound...]
    guard !tail.contains("::"), !tail.hasPrefix(":"),
      let front = groups(head.isEmpty ? [] : head.split(separator: ":", omittingEmptySubsequences: false)),
      let back = groups(tail.isEmpty ? [] : tail.split(separator: ":", omittingEmptySubsequences: false)),
      front.count + back.count <= 14
    else { return nil }
    return front + [UInt8](repeating: 0, count: 16 - front.count - back.count) + back
  }

  private static func groups(_ parts: [Substring]) -> [UInt8]? {
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if part.contains("."), index == parts.count - 1, let tail = v4(part) {
        bytes += tail
      } else {
        guard (1...4).contains(part.utf8.count), let value = UInt16(part, radix: 16), part.first != "+" else {
          return nil
        }
        bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
      }
    }
    return bytes
  }

  private static func v4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(ByteClass.isDigit), let value = UInt8(part) else {
        return nil
      }
      bytes.append(value)
    }
    return bytes
  }
}

extension [AddressRange] {
  func contains(_ host: String) -> Bool { contains { $0.contains(host) } }
}
