/// A receiver's name as every sender can take it: the same in UDP replies and in mDNS.
///
/// No quotes, backslashes or control characters, because one sender searches the reply for substrings; no blanks
/// around it; at most 63 bytes of UTF-8, the limit of a DNS-SD instance name (RFC 6763 section 4.1.1).
struct ReceiverName: Hashable, Sendable, CustomStringConvertible {
  static let largest = 63
  let text: String
  var description: String { text }

  /// - Parameter wish: Any text; what does not fit is taken out, an empty rest becomes "AriaCast".
  init(_ wish: String) {
    var clean = String.UnicodeScalarView()
    for scalar in wish.unicodeScalars where ReceiverName.isAllowed(scalar) {
      clean.append(scalar == "\u{A0}" ? " " : scalar)
    }
    let short = ReceiverName.shorten(ReceiverName.trim(String(clean)[...]))
    text = short.isEmpty ? "AriaCast" : String(short)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "\\", "\u{2028}", "\u{2029}": false
    default: scalar.properties.generalCategory != .control
    }
  }

  /// Cuts whole characters from the end; a single character larger than the limit is cut between scalars.
  private static func shorten(_ text: Substring) -> Substring {
    var end = text.startIndex
    for index in text.indices {
      let next = text.index(after: index)
      if text[..<next].utf8.count > largest { break }
      end = next
    }
    if end == text.startIndex, text.utf8.count > largest { return scalars(of: text) }
    return trim(text[..<end])
  }

  private static func scalars(of text: Substring) -> Substring {
    var kept = Substring()
    for scalar in text.unicodeScalars {
      if kept.utf8.count + String(scalar).utf8.count > largest { break }
      kept.unicodeScalars.append(scalar)
    }
    return kept
  }

  private static func trim(_ text: Substring) -> Substring {
    var rest = text
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return rest
  }
}
