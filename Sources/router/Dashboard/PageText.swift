import RouterCore

/// Scripts and style sheets as they are sent: without what only people who read the sources need. Pure.
enum PageText {
  /// Drops indentation, empty lines, and comments that have lines of their own. Everything else stays byte for byte:
  /// the page's sources keep no text that spans lines.
  static func squeezed(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var isInComment = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = line.drop { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
      if isInComment || text.starts(with: Array("/*".utf8)) {
        isInComment = !text.reversed().starts(with: Array("/*".utf8))
      } else if !text.isEmpty, !text.starts(with: Array("//".utf8)) {
        out += text
        out.append(UInt8(ascii: "\n"))
      }
    }
    return out
  }
}
