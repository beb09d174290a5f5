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

  /// A squeezed script without the spaces that stand beside brackets and signs. Lines with a slash or a backtick stay as
  /// they are: what begins there may be a regular expression or a text with code in it.
  static func tightened(script: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(script.count)
    for line in script.split(separator: UInt8(ascii: "\n")) {
      let isPlain = !line.contains(UInt8(ascii: "/")) && !line.contains(UInt8(ascii: "`"))
      out += isPlain ? tightened(line) : Array(line)
      out.append(UInt8(ascii: "\n"))
    }
    return out
  }

  private static let signs = Set("{}()[],;:=<>?&|".utf8)

  private static func tightened(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    /// The quote that ends the text it is in.
    var quote: UInt8?
    var isEscaped = false
    for (index, byte) in zip(line.indices, line) {
      if let end = quote {
        if byte == end, !isEscaped { quote = nil }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      } else if byte == UInt8(ascii: " ") {
        let next = index + 1 < line.endIndex ? line[index + 1] : 0
        if signs.contains(next) || out.last.map(signs.contains) == true { continue }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      }
      out.append(byte)
    }
    return out
  }
}
