/// Where something stands in a text.
public struct TextPlace: Sendable, Equatable {
  /// Bytes of the text, quotes and brackets included.
  public var range: Range<Int>
  /// Of the first byte, 1-based. Lines end with LF, CR LF or CR.
  public var line: Int
  /// Of the first byte, 1-based, in Unicode scalars; a tab counts one.
  public var column: Int
}

/// A JSON value with the place it was read from. Ranges are all the syntax tree that a text editor needs.
public struct LocatedJSON: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([LocatedJSON])
    /// As written: a repeated key stands twice.
    case object([Member])
  }

  public struct Member: Sendable, Equatable {
    public var key: String
    public var keyPlace: TextPlace
    public var value: LocatedJSON
  }

  public var content: Content
  public var place: TextPlace
}

extension LocatedJSON {
  public var json: JSON {
    switch content {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let text): .string(text)
    case .array(let items): .array(items.map(\.json))
    case .object(let members): .object(members.map { JSON.Member($0.key, $0.value.json) })
    }
  }

  /// The first member of that name.
  public func member(_ key: String) -> Member? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }
  }

  /// How far a pointer leads: the value it names, or the deepest one on the way, and the key that stands before it.
  func deepest(_ pointer: JSONPointer) -> (value: LocatedJSON, key: TextPlace?, isExact: Bool) {
    var value = self
    var key: TextPlace?
    for step in pointer.steps {
      if let member = value.member(step) {
        (value, key) = (member.value, member.keyPlace)
      } else if case .array(let items) = value.content, let index = JSONPointer.index(step), index < items.count {
        (value, key) = (items[index], nil)
      } else {
        return (value, key, false)
      }
    }
    return (value, key, true)
  }
}
