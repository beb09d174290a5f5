extension JSONReader {
  /// `true`, `false`, `null`, or what was meant by something else.
  mutating func word() -> LocatedJSON.Content? {
    let from = at
    let word = token()
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "":
      skipStrange("a value")
      return nil
    default: break
    }
    switch word.lowercased() {
    case "true", "yes", "on": return meant(.bool(true), by: word, at: from)
    case "false", "no", "off": return meant(.bool(false), by: word, at: from)
    case "null", "none", "nil", "undefined": return meant(.null, by: word, at: from)
    default:
      report("a text stands in double quotes, found \(word.prefix(40))", at: from)
      return .string(word)
    }
  }

  private mutating func meant(_ content: LocatedJSON.Content, by word: String, at from: Int) -> LocatedJSON.Content {
    let correct =
      switch content {
      case .bool(let flag): String(flag)
      default: "null"
      }
    report("unknown word \(word)", at: from, hint: "did you mean \(correct)?")
    return content
  }

  /// Integers that do not fit 64 bits and numbers with fraction or exponent become a Double.
  ///
  /// Source: RFC 8259 section 6.
  mutating func number() -> LocatedJSON.Content {
    let from = at
    let word = token()
    guard JSONReader.isNumber(word.utf8) else {
      report("\(word.prefix(40)) is not a number", at: from, hint: numberHint(word), isPlain: false)
      return .integer(0)
    }
    if let integer = Int64(word) { return .integer(integer) }
    guard let number = Double(word), number.isFinite else {
      report("the number \(word.prefix(40)) is too large", at: from, isPlain: false)
      return .integer(0)
    }
    return .number(number)
  }

  private func numberHint(_ word: String) -> String? {
    if word.hasPrefix("0x") || word.hasPrefix("0X") { return "numbers are decimal" }
    if word.hasPrefix("+") { return "without the plus sign" }
    if word.hasPrefix(".") { return "0\(word.prefix(20))" }
    if word.hasSuffix(".") { return "a digit follows the point" }
    if word.utf8.allSatisfy({ (48...57).contains($0) }) { return "without leading zeros" }
    return nil
  }

  private static func isNumber(_ word: String.UTF8View) -> Bool {
    var rest = word[...]
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let whole = digits(&rest)
    guard let first = whole.first, whole.count == 1 || first != UInt8(ascii: "0") else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      if digits(&rest).isEmpty { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      if digits(&rest).isEmpty { return false }
    }
    return rest.isEmpty
  }

  private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = rest.prefix { (48...57).contains($0) }
    rest = rest[digits.endIndex...]
    return digits
  }

  /// The letters, digits and signs from here on.
  mutating func token() -> String {
    let from = at
    while at < text.count, JSONReader.isToken(text[at]) { at += 1 }
    return String(decoding: text[from..<at], as: UTF8.self)
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
    case UInt8(ascii: "_"), UInt8(ascii: "$"): true
    default: false
    }
  }

  /// Reports and steps over a character that can begin nothing.
  mutating func skipStrange(_ expected: String) {
    report("expected \(expected), found \(character(at: at))", at: at, isPlain: false)
    at += 1
    while at < text.count, text[at] & 0xC0 == 0x80 { at += 1 }
  }

  /// The character at an offset, for a message.
  private func character(at offset: Int) -> String {
    let end = text[offset...].dropFirst().firstIndex { $0 & 0xC0 != 0x80 } ?? text.count
    guard let character = String(validating: text[offset..<end], as: UTF8.self) else {
      return "bytes that are not UTF-8"
    }
    return JSON.string(character).compact
  }
}
