/// The TXT record of a DNS-SD service: strings of the form `key=value`.
///
/// Source: RFC 6763 section 6.
struct TXTStrings: Equatable, Sendable {
  /// Bytes of one string, the limit of the DNS.
  static let longest = 255
  /// Bytes of the whole record, length bytes included, that fit one Ethernet packet.
  static let largest = 1_300

  /// In the order of the pairs.
  private(set) var strings: [[UInt8]] = []
  /// Keys that are not in the record: not allowed, said twice, or no room.
  private(set) var dropped: [String] = []

  /// - Parameter pairs: Any text. Of keys that differ in case only the first counts; a value too long ends at its last
  ///   whole character that fits.
  init(_ pairs: [(key: String, value: String)]) {
    var known: Set<String> = []
    var size = 0
    for (key, value) in pairs {
      guard TXTStrings.isAllowed(key), known.insert(key.lowercased()).inserted else {
        dropped.append(key)
        continue
      }
      let string = TXTStrings.string(key, value)
      guard size + string.count + 1 <= TXTStrings.largest else {
        dropped.append(key)
        continue
      }
      size += string.count + 1
      strings.append(string)
    }
  }

  /// Printable ASCII without "=", and room for at least a "=" behind it.
  private static func isAllowed(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.count < longest && key.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x3D }
  }

  private static func string(_ key: String, _ value: String) -> [UInt8] {
    var bytes = Array(key.utf8) + [UInt8(ascii: "=")]
    for character in value {
      guard bytes.count + character.utf8.count <= longest else { break }
      bytes += character.utf8
    }
    return bytes
  }
}
