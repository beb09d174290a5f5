extension JSON {
  /// Whether two values mean the same: members of objects in any order, 3 and 3.0 alike, texts scalar by scalar.
  public func means(_ other: JSON) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Int64(exactly: b) == a
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.means($1) }
    case (.object(let a), .object(let b)): JSON.mean(a, b)
    default: false
    }
  }

  private static func mean(_ a: [Member], _ b: [Member]) -> Bool {
    guard a.count == b.count else { return false }
    if zip(a, b).allSatisfy({ $0.key == $1.key }) { return zip(a, b).allSatisfy { $0.value.means($1.value) } }
    let others = Dictionary(b.map { ($0.key, $0.value) }) { first, _ in first }
    return a.allSatisfy { member in others[member.key].map { member.value.means($0) } ?? false }
  }

  /// A text that is equal for values that mean the same.
  var meaning: String { sorted.compact }

  private var sorted: JSON {
    switch self {
    case .number(let value): Int64(exactly: value).map { .integer($0) } ?? self
    case .array(let items): .array(items.map(\.sorted))
    case .object(let members):
      .object(members.sorted { $0.key < $1.key }.map { Member($0.key, $0.value.sorted) })
    default: self
    }
  }
}
