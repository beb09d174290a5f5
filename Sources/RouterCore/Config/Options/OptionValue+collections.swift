/// An option that may be left out: nil is not written and has no JSON of its own.
extension Optional: OptionValue where Wrapped: OptionValue {
  public static var schema: JSON { Wrapped.schema }
  public static var typeName: String { Wrapped.typeName }
  public static var isSecret: Bool { Wrapped.isSecret }
  public init(json: JSON) throws(Mismatch) { self = .some(try Wrapped(json: json)) }

  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    .some(try Wrapped.read(json, over: current ?? nil, in: surroundings))
  }
  public var json: JSON { self?.json ?? .null }
}

/// A list; all wrong items are reported.
extension Array: OptionValue where Element: OptionValue {
  public static var schema: JSON { ["type": "array", "items": Element.schema] }
  public static var typeName: String { "list of " + Element.typeName }
  public static var isSecret: Bool { Element.isSecret }
  public init(json: JSON) throws(Mismatch) { self = try Self.read(json, over: nil, in: .none) }

  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    guard let items = json.items else { throw Mismatch("a list", hint: "put it in [ ]") }
    var values: Self = []
    var problems: [Problem] = []
    for (index, item) in items.enumerated() {
      do throws(Mismatch) {
        values.append(try Element.read(item, over: nil, in: surroundings))
      } catch {
        problems += error.problems(under: index, found: Element.isSecret ? .none : .some(item))
      }
    }
    guard problems.isEmpty else { throw Mismatch(inside: problems) }
    return values
  }
  public var json: JSON { .array(map(\.json)) }
}

/// `false`, or a value: a part of a node that can be switched off.
public enum OrFalse<Value: OptionValue>: OptionValue {
  case off
  case on(Value)

  /// nil when switched off.
  public var value: Value? { if case .on(let value) = self { value } else { nil } }

  public static var schema: JSON { ["anyOf": [["const": false], Value.schema]] }
  public static var typeName: String { Value.typeName + ", or false" }
  public static var isSecret: Bool { Value.isSecret }
  public init(json: JSON) throws(Mismatch) { self = try Self.read(json, over: nil, in: .none) }

  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    if json == .bool(false) { return .off }
    do throws(Mismatch) {
      return .on(try Value.read(json, over: current?.value, in: surroundings))
    } catch {
      var error = error
      if !error.expected.isEmpty { error.expected += ", or false" }
      throw error
    }
  }
  public var json: JSON { value?.json ?? .bool(false) }
}
