/// How values are written that no text has yet: indentation, line ends and where lines break.
struct JSONLayout: Sendable, Equatable {
  /// One step of indentation.
  var unit = "  "
  var newline = "\n"
  /// Columns; arrays and objects without inner ones that fit stay on one line.
  var width = 120

  /// On one line, whatever is inside: `{ "a": [1, 2] }`.
  func line(_ value: JSON) -> String {
    switch value {
    case .array(let items) where !items.isEmpty: "[" + items.map(line).joined(separator: ", ") + "]"
    case .object(let members) where !members.isEmpty:
      "{ " + members.map { "\(JSON.string($0.key).compact): \(line($0.value))" }.joined(separator: ", ") + " }"
    default: value.compact
    }
  }

  /// Members and items on lines of their own where one line is too narrow or would hold inner containers.
  ///
  /// - Parameters:
  ///   - indent: Of the line the value begins on.
  ///   - column: Characters before the value on that line.
  ///   - isRoot: Takes lines of its own even where one would do.
  func block(_ value: JSON, indent: String = "", column: Int = 0, isRoot: Bool = false) -> String {
    if !isRoot, value.isFlatInside {
      let line = line(value)
      if column + line.count <= width { return line }
    }
    let inner = indent + unit
    switch value {
    case .array(let items) where !items.isEmpty:
      let lines = items.map { inner + block($0, indent: inner, column: inner.count) }
      return "[" + newline + lines.joined(separator: "," + newline) + newline + indent + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        let key = inner + JSON.string(member.key).compact + ": "
        return key + block(member.value, indent: inner, column: key.count)
      }
      return "{" + newline + lines.joined(separator: "," + newline) + newline + indent + "}"
    default: return value.compact
    }
  }
}

extension JSON {
  /// Holds no arrays or objects that are not empty.
  fileprivate var isFlatInside: Bool {
    switch self {
    case .array(let items): items.allSatisfy(\.isFlat)
    case .object(let members): members.allSatisfy(\.value.isFlat)
    default: true
    }
  }

  private var isFlat: Bool {
    switch self {
    case .array(let items): items.isEmpty
    case .object(let members): members.isEmpty
    default: true
    }
  }
}
