import RouterCore

/// Numbers as senders and controllers write them: whole, with a fraction, or as text.
enum CastNumber {
  /// A day of sound fits four times over into 32 bits; whatever is longer is no position.
  static let longestMs = 1 << 40

  /// Any finite number, also as text.
  static func number(_ json: JSON) -> Double? {
    let value = json.double ?? json.text.flatMap { Double(String($0.prefix(32)).trimmed) }
    return value.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Whole milliseconds, 0 or more; what is below 0 is 0.
  static func milliseconds(_ json: JSON) -> Int? {
    guard let value = number(json), value < Double(longestMs) else { return nil }
    return Int(max(0, value).rounded())
  }

  /// true or false, also as 1 and 0 or as words.
  static func flag(_ json: JSON) -> Bool? {
    if let flag = json.flag { return flag }
    if let number = json.double { return number == 1 ? true : number == 0 ? false : nil }
    switch json.text?.trimmed.lowercased() {
    case "true", "1", "on": return true
    case "false", "0", "off": return false
    default: return nil
    }
  }
}

extension String {
  /// Without blanks, tabs and line ends around it.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
