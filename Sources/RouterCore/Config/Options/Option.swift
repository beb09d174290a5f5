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
  let read: @Sendable (JSON, Surroundings, inout Config) throws(Mismatch) -> Void
  let value: @Sendable (Config) -> JSON
  let isEqual: @Sendable (Config, Config) -> Bool
  /// JSON Schema of the value, with limits, without default and description.
  let schema: JSON

  private init<V: OptionValue>(
    _ name: String, _ field: any WritableKeyPath<Config, V> & Sendable, limits: Limits?, unit: String?, live: Bool,
    secret: Bool, required: Bool, help: String, check: @escaping @Sendable (V) throws(Mismatch) -> Void
  ) {
    self.name = name
    self.unit = unit
    self.help = help
    isLive = live
    isSecret = secret || V.isSecret
    let isHidden = secret && !V.isSecret
    isRequired = required
    typeName = V.typeName
    range = limits?.words
    schema = .object(
      (V.schema.members ?? []) + (limits?.schema ?? []) + (isHidden ? [.init("writeOnly", true)] : []))
    read = { json, surroundings, config throws(Mismatch) in
      if isHidden, json == .string(Secret.placeholder) { throw .placeholder }
      let value = try V.read(json, over: config[keyPath: field], in: surroundings)
      try check(value)
      config[keyPath: field] = value
    }
    value = {
      let json = $0[keyPath: field].json
      return isHidden && json != .null && json != "" ? .string(Secret.placeholder) : json
    }
    isEqual = { $0[keyPath: field] == $1[keyPath: field] }
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
    let limits = Limits(range)
    self.init(
      name, field, limits: limits, unit: unit, live: live, secret: false, required: required, help: help,
      check: { value throws(Mismatch) in
        if !range.contains(value) { throw limits.mismatch(unit, nearest: range.nearest(to: value).json) }
      })
  }

  /// An option with limits, both inclusive, that may be left out.
  public init<V: OptionValue & Comparable>(
    _ name: String, _ field: any WritableKeyPath<Config, V?> & Sendable, _ range: ClosedRange<V>,
    unit: String? = nil, live: Bool = false, _ help: String
  ) {
    let limits = Limits(range)
    self.init(
      name, field, limits: limits, unit: unit, live: live, secret: false, required: false, help: help,
      check: { value throws(Mismatch) in
        if let value, !range.contains(value) { throw limits.mismatch(unit, nearest: range.nearest(to: value).json) }
      })
  }
}

/// A range as people and as schemas say it.
private struct Limits {
  let words: String
  let schema: [JSON.Member]

  init<V: OptionValue>(_ range: ClosedRange<V>) {
    words = "\(range.lowerBound.json.compact) to \(range.upperBound.json.compact)"
    schema = [.init("minimum", range.lowerBound.json), .init("maximum", range.upperBound.json)]
  }

  func mismatch(_ unit: String?, nearest: JSON) -> Mismatch {
    Mismatch(words + (unit.map { " \($0)" } ?? ""), meant: nearest)
  }
}

extension ClosedRange {
  fileprivate func nearest(to value: Bound) -> Bound { Swift.min(Swift.max(value, lowerBound), upperBound) }
}
