/// Counts lines and columns of a text as offsets go forward.
struct TextCursor {
  private var offset = 0
  private var line = 1
  private var column = 1

  /// A byte order mark at the beginning takes no column.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The place of a byte. O(distance) forward from the last call, O(offset) backward.
  mutating func place(_ range: Range<Int>, in text: [UInt8]) -> TextPlace {
    if range.lowerBound < offset { self = TextCursor() }
    if offset == 0, text.starts(with: TextCursor.mark), range.lowerBound >= 3 { offset = 3 }
    while offset < range.lowerBound {
      step(text)
      offset += 1
    }
    return TextPlace(range: range, line: line, column: column)
  }

  private mutating func step(_ text: [UInt8]) {
    switch text[offset] {
    case UInt8(ascii: "\r") where offset + 1 < text.count && text[offset + 1] == UInt8(ascii: "\n"): break
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      line += 1
      column = 1
    case 0x80...0xBF: break
    default: column += 1
    }
  }
}
