extension Int: OptionValue {
  public static var schema: JSON { ["type": "integer"] }
  public static var typeName: String { "whole number" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.int else { throw Mismatch("a whole number") }
    self = value
  }
  public var json: JSON { .integer(Int64(self)) }
}

extension Double: OptionValue {
  public static var schema: JSON { ["type": "number"] }
  public static var typeName: String { "number" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.double else { throw Mismatch("a number") }
    self = value
  }
  public var json: JSON { .number(self) }
}

extension Bool: OptionValue {
  public static var schema: JSON { ["type": "boolean"] }
  public static var typeName: String { "true or false" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.flag else { throw Mismatch("true or false") }
    self = value
  }
  public var json: JSON { .bool(self) }
}

extension String: OptionValue {
  public static var schema: JSON { ["type": "string"] }
  public static var typeName: String { "text" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.text else { throw Mismatch("a text") }
    self = value
  }
  public var json: JSON { .string(self) }
}

extension OptionValue where Self: CaseIterable & RawRepresentable, RawValue == String {
  public static var schema: JSON { ["enum": .array(allCases.map { .string($0.rawValue) })] }
  public static var typeName: String { allCases.map(\.rawValue).joined(separator: ", ") }
  public init(json: JSON) throws(Mismatch) {
    guard let word = json.text, let value = Self(rawValue: word) else {
      throw Mismatch("one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = value
  }
  public var json: JSON { .string(rawValue) }
}
