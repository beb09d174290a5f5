/// A range of addresses: `192.168.0.0/16`, `fe80::/10`, or one address.
///
/// Source: RFC 4632 section 3.1, RFC 4291 section 2.3.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
  /// The first address; bits behind the prefix are zero.
  public let base: IPAddress
  /// Leading bits that must be equal: 0 to 32, or to 128 for IPv6.
  public let prefix: Int

  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    let bits = address.bytes.count * 8
    var prefix = bits
    if parts.count == 2 {
      guard let index = JSONPointer.index(String(parts[1])), index <= bits else { return nil }
      prefix = index
    }
    let masked = address.bytes.enumerated().map { $1 & AddressRange.mask(byte: $0, prefix: prefix) }
    guard let base = IPAddress(bytes: masked) else { return nil }
    self.base = base
    self.prefix = prefix
  }

  public func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == base.bytes.count else { return false }
    return address.bytes.indices.allSatisfy {
      address.bytes[$0] & AddressRange.mask(byte: $0, prefix: prefix) == base.bytes[$0]
    }
  }

  public var description: String { prefix == base.bytes.count * 8 ? "\(base)" : "\(base)/\(prefix)" }

  private static func mask(byte index: Int, prefix: Int) -> UInt8 {
    let bits = min(max(prefix - index * 8, 0), 8)
    return bits == 0 ? 0 : UInt8.max << UInt8(8 - bits)
  }
}

extension AddressRange: OptionValue {
  public static var schema: JSON { ["type": "string"] }
  public static var typeName: String { "address or range" }
  public init(json: JSON) throws(Mismatch) {
    guard let range = json.text.flatMap({ AddressRange($0) }) else {
      throw Mismatch("an address or a range such as \"192.168.0.0/16\"")
    }
    self = range
  }
  public var json: JSON { .string(description) }
}
