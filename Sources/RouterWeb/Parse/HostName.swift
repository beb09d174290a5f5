/// The value of Host or the authority of an origin: a name or address and perhaps a port. RFC 3986 section 3.2.
struct HostName: Equatable, Sendable {
  /// In lower case, without brackets and without a trailing dot.
  var host: String
  var port: Int?

  /// - Returns: nil unless it is a registered name, an IPv4 address or a bracketed IPv6 address.
  init?(_ text: String) {
    var rest = Substring(text)
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = rest[rest.index(after: rest.startIndex)..<end].lowercased()
      guard !host.isEmpty, host.utf8.allSatisfy({ ByteClass.hex($0) != nil || $0 == 0x3A || $0 == 0x2E }) else {
        return nil
      }
      rest = rest[rest.index(after: end)...]
    } else {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      host = rest[..<end].lowercased()
      if host.hasSuffix(".") { host.removeLast() }
      guard host.utf8.count <= 255, host.utf8.allSatisfy(HostName.isName),
        !host.split(separator: ".", omittingEmptySubsequences: false).contains("")
      else { return nil }
      rest = rest[end...]
    }
    guard !rest.isEmpty else { return }
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.utf8.count <= 5, digits.utf8.allSatisfy(ByteClass.isDigit) else { return nil }
    port = Int(digits)
    if let port, port > 65535 { return nil }
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
  }
}
