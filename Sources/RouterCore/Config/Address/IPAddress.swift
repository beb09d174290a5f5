/// A numeric IPv4 or IPv6 address.
public struct IPAddress: Sendable, Hashable {
  /// 4 or 16 bytes in network order; IPv4 mapped into IPv6 is held as IPv4.
  public let bytes: [UInt8]

  /// nil unless it has 4 or 16 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let isMapped = bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
    self.bytes = isMapped ? Array(bytes[12...]) : bytes
  }

  /// Reads dotted IPv4 or IPv6 (without brackets and zone); nil for everything else, also for names.
  ///
  /// Source: RFC 4291 section 2.2.
  public init?(_ text: String) {
    let bytes = text.utf8.contains(UInt8(ascii: ":")) ? IPAddress.v6(text) : IPAddress.v4(text)
    guard let bytes else { return nil }
    self.init(bytes: bytes)
  }

  public var isV6: Bool { bytes.count == 16 }
  public var isLoopback: Bool {
    isV6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1 : bytes[0] == 127
  }
  /// `0.0.0.0` or `::`: every address of this machine.
  public var isWildcard: Bool { bytes.allSatisfy { $0 == 0 } }

  private static func v4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      let isDecimal = (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
      guard isDecimal, part == "0" || !part.hasPrefix("0"), let byte = UInt8(part) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func v6(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (3...9).contains(parts.count) else { return nil }
    // `::` leaves one empty part inside, two at either end.
    guard let gap = text.firstRange(of: "::") else {
      return groups(parts[...], isTail: true).flatMap { $0.count == 16 ? $0 : nil }
    }
    let head = text[..<gap.lowerBound]
    let tail = text[gap.upperBound...]
    guard !tail.contains("::"), !tail.hasPrefix(":") else { return nil }
    guard let front = groups(head.split(separator: ":", omittingEmptySubsequences: head.isEmpty)[...], isTail: false),
      let back = groups(tail.split(separator: ":", omittingEmptySubsequences: tail.isEmpty)[...], isTail: true),
      front.count + back.count <= 14
    else { return nil }
    return front + [UInt8](repeating: 0, count: 16 - front.count - back.count) + back
  }

  /// - Parameter isTail: The last group may be dotted IPv4.
  private static func groups(_ parts: ArraySlice<Substring>, isTail: Bool) -> [UInt8]? {
    var bytes: [UInt8] = []
    for (index, part) in zip(parts.indices, parts) {
      if isTail, index == parts.endIndex - 1, part.contains("."), let last = v4(part) {
        bytes += last
        continue
      }
      let isHex = (1...4).contains(part.utf8.count) && part.first != "+" && part.first != "-"
      guard isHex, let group = UInt16(part, radix: 16) else { return nil }
      bytes += [UInt8(group >> 8), UInt8(group & 255)]
    }
    return bytes
  }
}

extension IPAddress: CustomStringConvertible {
  /// The one form of RFC 5952: lower case, no leading zeros, `::` for the longest run of two zero groups or more.
  public var description: String {
    guard isV6 else { return bytes.map { String($0) }.joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
    var run = 0..<0
    var start: Int?
    for (index, group) in (groups + [1]).enumerated() {
      if group == 0 {
        start = start ?? index
      } else if let from = start {
        if index - from > run.count { run = from..<index }
        start = nil
      }
    }
    let words = groups.map { String($0, radix: 16) }
    guard run.count > 1 else { return words.joined(separator: ":") }
    return words[..<run.lowerBound].joined(separator: ":") + "::" + words[run.upperBound...].joined(separator: ":")
  }
}
