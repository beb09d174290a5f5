extension Int: OptionValue {
  public static var schema: JSON { ["type": "integer"] }
  public static var typeName: String { "whole number" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.int else {
      throw Mismatch("a whole number", meaning: json.text.flatMap { Int($0) }.map { .integer(Int64($0)) })
    }
    self = value
  }
  public var json: JSON { .integer(Int64(self)) }
}

extension Double: OptionValue {
  public static var schema: JSON { ["type": "number"] }
  public static var typeName: String { "number" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.double else {
      let number = json.text.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }.map { JSON.number($0) }
      throw Mismatch("a number", meaning: number)
    }
    self = value
  }
  public var json: JSON { .number(self) }
}

extension Bool: OptionValue {
  public static var schema: JSON { ["type": "boolean"] }
  public static var typeName: String { "true or false" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.flag else {
      throw Mismatch("true or false", meaning: json.text.flatMap { Bool($0) }.map { .bool($0) })
    }
    self = value
  }
  public var json: JSON { .bool(self) }
}

extension String: OptionValue {
  public static var schema: JSON { ["type": "string"] }
  public static var typeName: String { "text" }
  public init(json: JSON) throws(Mismatch) {
    guard let value = json.text else { throw Mismatch("a text", hint: json.isScalar ? "put it in quotes" : nil) }
    self = value
  }
  public var json: JSON { .string(self) }
}

extension OptionValue where Self: CaseIterable & RawRepresentable, RawValue == String {
  public static var schema: JSON { ["enum": .array(allCases.map { .string($0.rawValue) })] }
  public static var typeName: String { allCases.map(\.rawValue).joined(separator: ", ") }
  public init(json: JSON) throws(Mismatch) {
    guard let word = json.text, let value = Self(rawValue: word) else {
      throw Mismatch(json, among: Self.allCases.map(\.rawValue))
    }
    self = value
  }
  public var json: JSON { .string(rawValue) }
}

extension LogLevel: OptionValue {
  public static var schema: JSON { ["enum": .array(allCases.map { .string($0.word) })] }
  public static var typeName: String { allCases.map(\.word).joined(separator: ", ") }
  public init(json: JSON) throws(Mismatch) {
    guard let value = Self.allCases.first(where: { $0.word == json.text }) else {
      throw Mismatch(json, among: Self.allCases.map(\.word))
    }
    self = value
  }
  public var json: JSON { .string(word) }
}

extension Mismatch {
  /// A value in quotes that was meant without them.
  fileprivate init(_ expected: String, meaning value: JSON?) {
    self.init(expected, hint: value.map { "write \($0.compact) without quotes" }, meant: value)
  }

  /// Not one of the words.
  init(_ json: JSON, among words: [String]) {
    let meant = json.text.flatMap { closest(to: $0, in: words) }
    self.init(
      "one of " + words.joined(separator: ", "), hint: meant.map { "did you mean \"\($0)\"?" },
      meant: meant.map { .string($0) })
  }
}

extension JSON {
  fileprivate var isScalar: Bool { double != nil || flag != nil }
}
