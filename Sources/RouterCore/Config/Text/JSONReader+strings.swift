extension JSONReader {
  /// Reads a string; the cursor stands on its quote. One that is not closed ends with its line.
  ///
  /// Source: RFC 8259 section 7.
  mutating func string() -> String {
    let from = at
    let quote = text[at]
    var bytes: [UInt8] = []
    at += 1
    while true {
      guard at < text.count else {
        stop("the text is not closed on its line", at: from)
        break
      }
      guard text[at] != UInt8(ascii: "\n"), text[at] != UInt8(ascii: "\r") else {
        report("the text is not closed on its line", at: from, isPlain: false)
        isAdrift = true
        break
      }
      let byte = text[at]
      if byte == quote {
        at += 1
        break
      }
      if byte == UInt8(ascii: "\\") {
        escape(into: &bytes)
        continue
      }
      if byte < 0x20 {
        let name = byte == 9 ? "\\t" : "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        report("a control character in a text", at: at, hint: "write \(name)")
      }
      bytes.append(byte)
      at += 1
    }
    if let string = String(validating: bytes, as: UTF8.self) { return string }
    report("the text is not UTF-8", at: firstBadByte(in: from + 1..<at), isPlain: false)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads one escape; the cursor stands on the backslash.
  private mutating func escape(into bytes: inout [UInt8]) {
    let from = at
    at += 2
    guard from + 1 < text.count else {
      at = text.count
      return
    }
    switch text[from + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(text[from + 1])
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"): bytes += Array(String(unicodeEscape(from)).utf8)
    default:
      at = from + 1
      report("a backslash before what it cannot escape", at: from, hint: "write \\\\ for a backslash")
      bytes.append(UInt8(ascii: "\\"))
    }
  }

  /// Reads `\uXXXX`, or two of them that make a surrogate pair.
  private mutating func unicodeEscape(_ from: Int) -> Character {
    guard let first = hex4(from + 2) else {
      at = from + 2
      report("\\u needs four hexadecimal digits", at: from, isPlain: false)
      return "\u{FFFD}"
    }
    at = from + 6
    if let scalar = Unicode.Scalar(first) { return Character(scalar) }
    let hasSecond = at + 1 < text.count && text[at] == UInt8(ascii: "\\") && text[at + 1] == UInt8(ascii: "u")
    if first < 0xDC00, hasSecond, let second = hex4(at + 2), (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    {
      at += 6
      return Character(scalar)
    }
    report("half of a surrogate pair", at: from, isPlain: false)
    return "\u{FFFD}"
  }

  private func hex4(_ from: Int) -> UInt32? {
    guard from + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for byte in text[from..<from + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// The first byte that does not begin or continue a character.
  private func firstBadByte(in range: Range<Int>) -> Int {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let length = (1...4).first { count in
        offset + count <= range.upperBound && String(validating: text[offset..<offset + count], as: UTF8.self) != nil
      }
      guard let length else { return offset }
      offset += length
    }
    return range.lowerBound
  }
}
