extension JSON {
  /// One line, no spaces; the shortest text that reads back equal.
  public var compact: String { String(decoding: compactBytes, as: UTF8.self) }

  /// ``compact`` as UTF-8.
  public var compactBytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: out.append("null")
    case .bool(let flag): out.append(flag ? "true" : "false")
    case .integer(let value): out.append(value)
    case .number(let value): JSON.write(value, to: &out)
    case .string(let text): JSON.quote(text, into: &out)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        JSON.quote(member.key, into: &out)
        out.append(UInt8(ascii: ":"))
        member.value.write(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// JSON has no infinities; they become null.
  private static func write(_ value: Double, to out: inout [UInt8]) {
    guard value.isFinite else { return out.append("null") }
    if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return out.append(whole) }
    out.append(value.description)
  }

  private static func quote(_ text: String, into out: inout [UInt8]) {
    let bytes = text.utf8.span
    out.append(UInt8(ascii: "\""))
    defer { out.append(UInt8(ascii: "\"")) }
    var isPlain = true
    for index in bytes.indices where needsEscape(bytes[index]) { isPlain = false }
    if isPlain { return out.append(text) }
    for index in bytes.indices {
      let byte = bytes[index]
      guard needsEscape(byte) else {
        out.append(byte)
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): out.append("\\\"")
      case UInt8(ascii: "\\"): out.append("\\\\")
      case UInt8(ascii: "\n"): out.append("\\n")
      case UInt8(ascii: "\r"): out.append("\\r")
      case UInt8(ascii: "\t"): out.append("\\t")
      default: out.append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
      }
    }
  }

  /// Quotes, backslashes and control characters.
  private static func needsEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  /// In decimal digits.
  fileprivate mutating func append(_ value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let from = count
    repeat {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    self[from...].reverse()
  }
}
