import RouterCore

/// Reads one answer of MediaMTX value by value, without building what nobody asks for: a list of a thousand
/// connections has sixty numbers each. Pure.
///
/// Tolerant where releases differ: a value of another type than expected is stepped over and counts as absent, unknown
/// members are stepped over, texts that are not UTF-8 are repaired. Strict where an answer is cut off or no JSON at all.
struct AnswerReader {
  /// Arrays and objects inside each other.
  static let depthLimit = 64

  let text: [UInt8]
  private(set) var at = 0
  private var depth = 0

  init(_ text: [UInt8]) { self.text = text }

  // MARK: Containers

  /// Reads an object. `take` gets each key and must read, or skip, exactly the value behind it.
  /// - Returns: false if something else stood there; it is stepped over then.
  @discardableResult
  mutating func object(
    _ take: (inout AnswerReader, AnswerKey) throws(AnswerFlaw) -> Void
  ) throws(AnswerFlaw) -> Bool {
    guard try peek() == UInt8(ascii: "{") else {
      try skip()
      return false
    }
    try enter()
    var isFirst = true
    while try !closes(with: UInt8(ascii: "}"), isFirst) {
      isFirst = false
      let key = try key()
      try expect(UInt8(ascii: ":"))
      try take(&self, key)
    }
    depth -= 1
    return true
  }

  /// Reads an array. `take` must read, or skip, exactly one value.
  /// - Returns: false if something else stood there; it is stepped over then.
  @discardableResult
  mutating func array(_ take: (inout AnswerReader) throws(AnswerFlaw) -> Void) throws(AnswerFlaw) -> Bool {
    guard try peek() == UInt8(ascii: "[") else {
      try skip()
      return false
    }
    try enter()
    var isFirst = true
    while try !closes(with: UInt8(ascii: "]"), isFirst) {
      isFirst = false
      try take(&self)
    }
    depth -= 1
    return true
  }

  /// Nothing may follow the value that was read.
  mutating func end() throws(AnswerFlaw) {
    skipSpace()
    if at < text.count { throw flaw("text after the end") }
  }

  // MARK: Values

  /// A text; nil if something else stands there.
  mutating func word() throws(AnswerFlaw) -> String? {
    guard try peek() == UInt8(ascii: "\"") else {
      try skip()
      return nil
    }
    return try string()
  }

  mutating func flag() throws(AnswerFlaw) -> Bool? {
    let first = try peek()
    try skip()
    switch first {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: return nil
    }
  }

  /// A counter. A number with fraction is cut, a negative one and anything else is nil.
  mutating func counter() throws(AnswerFlaw) -> UInt64? {
    guard AnswerReader.beginsNumber(try peek()) else {
      try skip()
      return nil
    }
    let digits = try numberRange()
    if let whole = wholeNumber(in: digits) { return whole }
    guard let number = double(in: digits), number >= 0 else { return nil }
    return UInt64(exactly: number.rounded(.down)) ?? .max
  }

  /// A number; nil if something else stands there, or it is too large for a double.
  mutating func number() throws(AnswerFlaw) -> Double? {
    guard AnswerReader.beginsNumber(try peek()) else {
      try skip()
      return nil
    }
    return double(in: try numberRange())
  }

  /// Whatever stands there.
  mutating func json() throws(AnswerFlaw) -> JSON {
    switch try peek() {
    case UInt8(ascii: "{"):
      var members: [JSON.Member] = []
      try object { reader, key throws(AnswerFlaw) in members.append(.init(key.text, try reader.json())) }
      return .object(members)
    case UInt8(ascii: "["):
      var items: [JSON] = []
      try array { reader throws(AnswerFlaw) in items.append(try reader.json()) }
      return .array(items)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return try flag().map { .bool($0) } ?? .null
    case let byte where AnswerReader.beginsNumber(byte):
      let digits = try numberRange()
      if let whole = Int64(String(decoding: text[digits], as: UTF8.self)) { return .integer(whole) }
      return double(in: digits).map { .number($0) } ?? .null
    default:
      try skip()
      return .null
    }
  }

  /// Steps over one value.
  mutating func skip() throws(AnswerFlaw) {
    switch try peek() {
    case UInt8(ascii: "{"): try object { reader, _ throws(AnswerFlaw) in try reader.skip() }
    case UInt8(ascii: "["): try array { reader throws(AnswerFlaw) in try reader.skip() }
    case UInt8(ascii: "\""): _ = try stringRange()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    case let byte where AnswerReader.beginsNumber(byte): _ = try numberRange()
    default: throw flaw("no JSON value")
    }
  }

  // MARK: Steps

  private mutating func skipSpace() {
    while at < text.count, text[at] == 0x20 || text[at] == 0x0A || text[at] == 0x0D || text[at] == 0x09 { at += 1 }
  }

  /// The next byte that is no space.
  private mutating func peek() throws(AnswerFlaw) -> UInt8 {
    skipSpace()
    guard at < text.count else { throw flaw("the answer is cut off") }
    return text[at]
  }

  private mutating func expect(_ byte: UInt8) throws(AnswerFlaw) {
    guard try peek() == byte else { throw flaw("expected \"\(Character(Unicode.Scalar(byte)))\"") }
    at += 1
  }

  private mutating func enter() throws(AnswerFlaw) {
    guard depth < AnswerReader.depthLimit else { throw flaw("nested too deep") }
    depth += 1
    at += 1
  }

  /// Steps over the closing bracket, or over the comma before the next element.
  private mutating func closes(with bracket: UInt8, _ isFirst: Bool) throws(AnswerFlaw) -> Bool {
    let byte = try peek()
    if byte == bracket {
      at += 1
      return true
    }
    if isFirst { return false }
    try expect(UInt8(ascii: ","))
    if try peek() == bracket { throw flaw("a comma before the end") }
    return false
  }

  private mutating func literal(_ word: StaticString) throws(AnswerFlaw) {
    let expected = Array(word.description.utf8)
    guard text[at...].starts(with: expected) else { throw flaw("no JSON value") }
    at += expected.count
  }

  private static func beginsNumber(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The bytes of a number; its grammar is the business of who converts it.
  private mutating func numberRange() throws(AnswerFlaw) -> Range<Int> {
    let from = at
    while at < text.count, AnswerReader.isInNumber(text[at]) { at += 1 }
    return from..<at
  }

  private static func isInNumber(_ byte: UInt8) -> Bool {
    beginsNumber(byte) || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: "+")
  }

  private func wholeNumber(in range: Range<Int>) -> UInt64? {
    var value: UInt64 = 0
    for byte in text[range] {
      guard (0x30...0x39).contains(byte) else { return nil }
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = tens.addingReportingOverflow(UInt64(byte - 0x30))
      if isTooLarge || isOver { return nil }
      value = sum
    }
    return value
  }

  private func double(in range: Range<Int>) -> Double? {
    guard let number = Double(String(decoding: text[range], as: UTF8.self)), number.isFinite else { return nil }
    return number
  }

  func flaw(_ message: String) -> AnswerFlaw { AnswerFlaw("\(message) at byte \(at)") }
}

// MARK: - Texts

extension AnswerReader {
  private mutating func key() throws(AnswerFlaw) -> AnswerKey {
    let (range, hasEscapes) = try stringRange()
    return hasEscapes ? AnswerKey(unescaped(range)) : AnswerKey(text[range])
  }

  /// Reads a string; the cursor stands on its quote, or on a mistake.
  private mutating func string() throws(AnswerFlaw) -> String {
    let (range, hasEscapes) = try stringRange()
    guard hasEscapes else { return String(decoding: text[range], as: UTF8.self) }
    return unescaped(range)
  }

  /// The bytes between the quotes, and whether a backslash is among them.
  private mutating func stringRange() throws(AnswerFlaw) -> (Range<Int>, Bool) {
    try expect(UInt8(ascii: "\""))
    let from = at
    var hasEscapes = false
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "\""):
        at += 1
        return (from..<at - 1, hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        at += 2
      default: at += 1
      }
    }
    throw flaw("the answer is cut off")
  }

  private func unescaped(_ range: Range<Int>) -> String {
    var units: [UInt16] = []
    var bytes: [UInt8] = []
    var out = ""
    var index = range.lowerBound
    func byte(_ offset: Int) -> UInt8 { index + offset < range.upperBound ? text[index + offset] : 0 }
    while index < range.upperBound {
      guard byte(0) == UInt8(ascii: "\\") else {
        out += String(decoding: units, as: UTF16.self)
        units = []
        bytes.append(byte(0))
        index += 1
        continue
      }
      out += String(decoding: bytes, as: UTF8.self)
      bytes = []
      if byte(1) == UInt8(ascii: "u") {
        let digits = String(
          decoding: text[min(index + 2, range.upperBound)..<min(index + 6, range.upperBound)], as: UTF8.self)
        units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
        index += 6
      } else {
        units.append(UInt16(AnswerReader.meaning(of: byte(1))))
        index += 2
      }
    }
    return out + String(decoding: units, as: UTF16.self) + String(decoding: bytes, as: UTF8.self)
  }

  private static func meaning(of letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: letter
    }
  }
}
