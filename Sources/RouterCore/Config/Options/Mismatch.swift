/// A value that does not fit its option.
public struct Mismatch: Error, Equatable, Sendable {
  /// Completes the words "expected …": `a whole number`.
  public var expected: String
  public var hint: String?
  /// Said in place of "expected …, found …".
  public var message: String?
  /// The value that was meant, where that is plain.
  public var meant: JSON?
  /// Problems of the parts, their paths relative to the value; if there are any, only they are reported.
  public var inside: [Problem] = []

  public init(_ expected: String, hint: String? = nil, meant: JSON? = nil) {
    self.expected = expected
    self.hint = hint
    self.meant = meant
  }

  /// A value of the right shape that is refused for another reason.
  public init(message: String, hint: String? = nil) {
    expected = ""
    self.message = message
    self.hint = hint
  }

  public init(inside problems: [Problem]) {
    expected = ""
    inside = problems
  }
}

extension Mismatch {
  /// The problems this is, seen from the object that holds the value under `key`.
  ///
  /// - Parameter found: What stands there; nil keeps it out of the message (secrets).
  func problems(under key: String, found: JSON?) -> [Problem] {
    problems(found: found).map { $0.under(key) }
  }

  func problems(under index: Int, found: JSON?) -> [Problem] {
    problems(found: found).map { $0.under(index) }
  }

  private func problems(found: JSON?) -> [Problem] {
    if !inside.isEmpty { return inside }
    let tail = found.map { ", found \($0.glimpse)" } ?? ""
    let hint = hint ?? (found == .null ? "leave the key out for the default" : nil)
    return [Problem(path: "", message: message ?? "expected \(expected)\(tail)", hint: hint, fix: meant)]
  }
}

extension JSON {
  /// A value as a message shows it: `"text"`, `12`, `a list`.
  var glimpse: String {
    switch self {
    case .array: return "a list"
    case .object: return "an object"
    case .string(let text) where text.count > 40: return JSON.string(text.prefix(40) + "…").compact
    default: return compact
    }
  }
}
