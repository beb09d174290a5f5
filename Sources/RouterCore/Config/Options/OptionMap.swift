/// Names with a value each, in the order of the text: the mixer's `inputs`.
public struct OptionMap<Value: OptionValue>: OptionValue {
  public struct Entry: Sendable, Equatable {
    public var name: String
    public var value: Value
    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var entries: [Entry]

  /// Of two entries with one name the last counts.
  public init(_ entries: [Entry] = []) {
    self.entries = []
    for entry in entries { self[entry.name] = entry.value }
  }

  /// Setting a new name puts it last.
  public subscript(name: String) -> Value? {
    get { entries.first { $0.name == name }?.value }
    set {
      let index = entries.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(Entry(name, value))
      case (nil, nil): break
      }
    }
  }

  public static var schema: JSON {
    ["type": "object", "propertyNames": ["pattern": .string(namePattern)], "additionalProperties": Value.schema]
  }
  public static var typeName: String { "object: name to " + Value.typeName }
  public static var isSecret: Bool { Value.isSecret }
  public init(json: JSON) throws(Mismatch) { self = try Self.read(json, over: nil, in: .none) }

  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    guard let members = json.members else { throw Mismatch("an object") }
    var map = Self()
    var problems: [Problem] = []
    for member in members {
      guard isName(member.key) else {
        problems.append(.badName(member))
        continue
      }
      do throws(Mismatch) {
        map[member.key] = try Value.read(member.value, over: nil, in: surroundings)
      } catch {
        problems += error.problems(under: member.key, found: Value.isSecret ? .none : .some(member.value))
      }
    }
    guard problems.isEmpty else { throw Mismatch(inside: problems) }
    return map
  }

  public var json: JSON { .object(entries.map { JSON.Member($0.name, $0.value.json) }) }
}

/// Names can be ports, so they follow the rule of ports and not that of ids: `[a-z][A-Za-z0-9_-]*`.
private let namePattern = "^[a-z][A-Za-z0-9_-]*$"

private func isName(_ name: String) -> Bool {
  guard let first = name.utf8.first, (97...122).contains(first) else { return false }
  return Problem.word(name) == name && !name.contains("$")
}

extension Problem {
  fileprivate static func badName(_ member: JSON.Member) -> Problem {
    var problem = Problem(
      path: "", message: "bad name", hint: "a name begins with a small letter and holds letters, digits, - and _")
    problem = problem.under(member.key)
    problem.aim = .key
    return problem
  }
}
