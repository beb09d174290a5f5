/// The question senders broadcast over UDP.
enum DiscoveryRequest {
  /// What every program sends; the second spelling is only documented, and answered all the same.
  static let words = ["DISCOVER_AUDIOCAST", "DISCOVER_ARIACAST"]

  /// Whether a datagram is the question: either word, in any case, with blanks, line ends and NULs around it.
  static func matches(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while let first = rest.first, isPadding(first) { rest.removeFirst() }
    while let last = rest.last, isPadding(last) { rest.removeLast() }
    return words.contains { word in rest.lazy.map(upper).elementsEqual(word.utf8) }
  }

  private static func isPadding(_ byte: UInt8) -> Bool { byte == 0 || byte == 32 || (9...13).contains(byte) }
  private static func upper(_ byte: UInt8) -> UInt8 { (97...122).contains(byte) ? byte & ~32 : byte }
}
