/// Names a value inside a JSON value: `/nodes/archive/rotateSeconds`.
///
/// Source: RFC 6901.
public struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
  /// Keys and array indices, unescaped.
  public var steps: [String]

  public init(steps: [String]) { self.steps = steps }

  /// nil unless the text is empty or begins with `/` and every `~` is followed by 0 or 1.
  public init?(_ text: String) {
    if text.isEmpty {
      steps = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    var found: [String] = []
    for part in text.unicodeScalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let step = JSONPointer.unescape(part) else { return nil }
      found.append(step)
    }
    steps = found
  }

  public var description: String { steps.map { "/" + JSONPointer.escape($0) }.joined() }

  static func escape(_ step: String) -> String {
    var out = ""
    for scalar in step.unicodeScalars {
      switch scalar {
      case "~": out += "~0"
      case "/": out += "~1"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  private static func unescape(_ part: Substring.UnicodeScalarView) -> String? {
    var out = String.UnicodeScalarView()
    var isEscape = false
    for scalar in part {
      switch (isEscape, scalar) {
      case (true, "0"): out.append("~")
      case (true, "1"): out.append("/")
      case (true, _): return nil
      case (false, "~"):
        isEscape = true
        continue
      case (false, _): out.append(scalar)
      }
      isEscape = false
    }
    return isEscape ? nil : String(out)
  }
}

extension JSONPointer {
  /// The index a step means in an array: digits without a leading zero; nil for everything else, also for `-`.
  static func index(_ step: String) -> Int? {
    guard step.utf8.allSatisfy({ (48...57).contains($0) }), step == "0" || !step.hasPrefix("0") else { return nil }
    return Int(step)
  }
}

extension JSON {
  /// The value a pointer names; nil if it is not there.
  public subscript(pointer: JSONPointer) -> JSON? {
    var value = self
    for step in pointer.steps {
      switch value {
      case .object:
        guard let next = value[step] else { return nil }
        value = next
      case .array(let items):
        guard let index = JSONPointer.index(step), items.indices.contains(index) else { return nil }
        value = items[index]
      default: return nil
      }
    }
    return value
  }
}
