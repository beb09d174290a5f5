/// What can stand in an option: how it is read, checked and described.
public protocol OptionValue: Sendable, Equatable {
  /// JSON Schema of the value, without default and description.
  static var schema: JSON { get }
  /// How people call the type: `whole number`, `text`, `true or false`.
  static var typeName: String { get }
  init(json: JSON) throws(Mismatch)
  var json: JSON { get }
}

/// A value that does not fit its option: `expected` completes the words "expected …".
public struct Mismatch: Error, Equatable, Sendable {
  public var expected: String
  public var hint: String?
  public init(_ expected: String, hint: String? = nil) {
    self.expected = expected
    self.hint = hint
  }
}

/// One option of a node type, declared once: decoding, checks, the option table and the schema come from it.
///
/// The default is what a fresh `Config` holds.
public struct Option<Config: Sendable>: Sendable {
  public let name: String
  public let unit: String?
  public let help: String
  /// A change is applied to the running node in place.
  public let isLive: Bool
  /// Reads back as a placeholder and never reaches a log.
  public let isSecret: Bool
  public let isRequired: Bool
  public let typeName: String
  /// As people read it: `1 to 86400`; nil without limits.
  public let range: String?
  let read: @Sendable (JSON, inout Config) throws(Mismatch) -> Void
  let value: @Sendable (Config) -> JSON
  let schema: JSON

  private init<V: OptionValue>(
    _ name: String, _ field: any WritableKeyPath<Config, V> & Sendable, limits: (String, [JSON.Member])?,
    unit: String?, live: Bool, secret: Bool, required: Bool, help: String,
    check: @escaping @Sendable (V) throws(Mismatch) -> Void
  ) {
    self.name = name
    self.unit = unit
    self.help = help
    isLive = live
    isSecret = secret
    isRequired = required
    typeName = V.typeName
    range = limits?.0
    schema = .object((V.schema.members ?? []) + (limits?.1 ?? []))
    read = { json, config throws(Mismatch) in
      let value = try V(json: json)
      try check(value)
      config[keyPath: field] = value
    }
    value = { $0[keyPath: field].json }
  }

  public init<V: OptionValue>(
    _ name: String, _ field: any WritableKeyPath<Config, V> & Sendable, unit: String? = nil, live: Bool = false,
    secret: Bool = false, required: Bool = false, _ help: String
  ) {
    self.init(
      name, field, limits: nil, unit: unit, live: live, secret: secret, required: required, help: help,
      check: { _ in })
  }

  /// An option with limits, both inclusive.
  public init<V: OptionValue & Comparable>(
    _ name: String, _ field: any WritableKeyPath<Config, V> & Sendable, _ range: ClosedRange<V>,
    unit: String? = nil, live: Bool = false, required: Bool = false, _ help: String
  ) {
    let words = "\(range.lowerBound.json.compact) to \(range.upperBound.json.compact)"
    let limits: [JSON.Member] = [.init("minimum", range.lowerBound.json), .init("maximum", range.upperBound.json)]
    self.init(
      name, field, limits: (words, limits), unit: unit, live: live, secret: false, required: required, help: help,
      check: { value throws(Mismatch) in
        if !range.contains(value) { throw Mismatch(words) }
      })
  }
}

/// The options of one node type. `init()` makes the defaults.
public protocol Configuration: Sendable, Equatable {
  init()
  static var options: [Option<Self>] { get }
  /// Checks that need more than one option; paths are relative to the node (`rotateSeconds`).
  func check() -> [Problem]
}

extension Configuration {
  public func check() -> [Problem] { [] }
}
