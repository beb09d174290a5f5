extension JSONReader {
  /// Reads the value at the cursor, which stands on something.
  mutating func value() -> LocatedJSON? {
    let from = at
    let place = place(from..<from)
    guard let content = content() else { return nil }
    return LocatedJSON(content: content, place: TextPlace(range: from..<at, line: place.line, column: place.column))
  }

  private mutating func content() -> LocatedJSON.Content? {
    switch text[at] {
    case UInt8(ascii: "{"): return bracketed(UInt8(ascii: "{")) { .object($0.members()) }
    case UInt8(ascii: "["): return bracketed(UInt8(ascii: "[")) { .array($0.items()) }
    case UInt8(ascii: "\""): return .string(string())
    case UInt8(ascii: "'"):
      report("a text stands in double quotes", at: at)
      return .string(string())
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return number()
    default: return word()
    }
  }

  private mutating func bracketed(
    _ bracket: UInt8, _ body: (inout JSONReader) -> LocatedJSON.Content
  ) -> LocatedJSON.Content? {
    guard open.count < limits.depth else {
      stop("nested more than \(limits.depth) deep", at: at)
      return nil
    }
    open.append(bracket)
    defer { open.removeLast() }
    let from = at
    at += 1
    let content = body(&self)
    if !closes(bracket) {
      if isAdrift { isOver = true }
      stop("\"\(Character(Unicode.Scalar(bracket)))\" is not closed", at: from)
    }
    return content
  }

  /// Steps over the closing bracket. The other kind counts too, since the mistake is told.
  private mutating func closes(_ bracket: UInt8) -> Bool {
    guard at < text.count, !isFull else { return false }
    let wanted = bracket + 2
    if text[at] != wanted {
      if !isAdrift { report("expected \"\(Character(Unicode.Scalar(wanted)))\"", at: at, isPlain: false) }
      isAdrift = true
      // The bracket belongs to the container around, if that waits for it.
      if open.dropLast().contains(text[at] - 2) { return true }
    }
    at += 1
    return true
  }

  private mutating func items() -> [LocatedJSON] {
    var items: [LocatedJSON] = []
    var needsComma = false
    while nextElement(&needsComma) {
      guard let item = value() else { continue }
      items.append(item)
      needsComma = true
    }
    return items
  }

  private mutating func members() -> [LocatedJSON.Member] {
    var members: [LocatedJSON.Member] = []
    var needsComma = false
    while nextElement(&needsComma) {
      guard let (key, keyPlace) = key() else { continue }
      skipSpace()
      guard at < text.count else { break }
      let hasColon = text[at] == UInt8(ascii: ":") || text[at] == UInt8(ascii: "=")
      if text[at] != UInt8(ascii: ":") { report("expected \":\" after the key", at: at, isPlain: false) }
      if hasColon { at += 1 }
      skipSpace()
      guard at < text.count else { break }
      guard !isEnd(text[at]), text[at] != UInt8(ascii: ",") else {
        if hasColon { report("expected a value", at: at, isPlain: false) }
        needsComma = true
        continue
      }
      guard let value = value() else { continue }
      members.append(LocatedJSON.Member(key: key, keyPlace: keyPlace, value: value))
      needsComma = true
    }
    return members
  }

  private mutating func key() -> (String, TextPlace)? {
    let from = at
    let start = place(from..<from)
    let key: String
    switch text[at] {
    case UInt8(ascii: "\""): key = string()
    case UInt8(ascii: "'"):
      report("a key stands in double quotes", at: at)
      key = string()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      report("expected a key in double quotes", at: at, isPlain: false)
      _ = value()
      return nil
    default:
      let word = token()
      guard !word.isEmpty else {
        skipStrange("a key in double quotes")
        return nil
      }
      report("expected a key in double quotes, found \(word)", at: from)
      key = word
    }
    return (key, TextPlace(range: from..<at, line: start.line, column: start.column))
  }

  /// Goes to the next element of the container; false at its end, or at the end of the text.
  private mutating func nextElement(_ needsComma: inout Bool) -> Bool {
    var commas = 0
    while true {
      skipSpace()
      guard at < text.count, !isFull else { return false }
      if isEnd(text[at]) {
        if commas > 0, dialect == .strict { report("a comma before the end", at: at) }
        return false
      }
      guard text[at] == UInt8(ascii: ",") else { break }
      if !needsComma || commas > 0 { report("a comma without a value before it", at: at, isPlain: false) }
      commas += 1
      at += 1
    }
    if needsComma, commas == 0 { report("expected \",\" before this", at: at) }
    needsComma = false
    return true
  }

  private func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }
}
