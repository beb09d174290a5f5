/// One input of a mixer.
public struct MixerInput: Sendable, Equatable {
  /// The name of the port.
  public var name: String
  /// Decibels.
  public var gainDb = 0.0
  /// While it is heard, the others are lowered.
  public var priority = false
  /// By how much, in decibels.
  public var duckDb = 12.0

  public init(name: String) { self.name = name }
}

/// The inputs of a mixer: an object of name to `{gainDb, priority, duckDb}`, in the order it was written.
public struct MixerInputs: OptionValue {
  public var all: [MixerInput]

  public init(_ all: [MixerInput] = []) { self.all = all }

  public static let typeName = "object of inputs"
  public static let schema: JSON = [
    "type": "object",
    "propertyNames": ["pattern": "^[a-z][A-Za-z0-9]*$"],
    "maxProperties": 64,
    "additionalProperties": [
      "type": "object", "additionalProperties": false,
      "properties": [
        "gainDb": [
          "type": "number", "minimum": -120, "maximum": 40, "default": 0, "description": "Amplification (dB).",
        ],
        "priority": [
          "type": "boolean", "default": false,
          "description": "While this input is heard, those without priority are lowered.",
        ],
        "duckDb": [
          "type": "number", "minimum": 0, "maximum": 120, "default": 12,
          "description": "By how much a priority input lowers the others (dB).",
        ],
      ],
    ],
  ]

  public init(json: JSON) throws(Mismatch) {
    guard let members = json.members else { throw Mismatch("an object: name to {gainDb, priority, duckDb}") }
    guard members.count <= 64 else { throw Mismatch("at most 64 inputs") }
    var all: [MixerInput] = []
    for member in members {
      guard MixerInputs.isName(member.key) else {
        throw Mismatch("names of letters and digits that begin with a small letter, not \"\(member.key)\"")
      }
      all.append(try MixerInputs.input(member.key, member.value))
    }
    self.all = all
  }

  public var json: JSON {
    .object(
      all.map { input in
        JSON.Member(
          input.name,
          ["gainDb": .number(input.gainDb), "priority": .bool(input.priority), "duckDb": .number(input.duckDb)])
      })
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (97...122).contains(first) else { return false }
    return text.utf8.allSatisfy { (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) }
  }

  private static func input(_ name: String, _ json: JSON) throws(Mismatch) -> MixerInput {
    guard let members = json.members else { throw Mismatch("an object for \"\(name)\": {gainDb, priority, duckDb}") }
    var input = MixerInput(name: name)
    for member in members {
      switch member.key {
      case "gainDb": input.gainDb = try number(member, of: name, -120...40)
      case "duckDb": input.duckDb = try number(member, of: name, 0...120)
      case "priority":
        guard let flag = member.value.flag else { throw Mismatch("true or false for \"\(name).priority\"") }
        input.priority = flag
      default: throw Mismatch("gainDb, priority or duckDb in \"\(name)\", not \"\(member.key)\"")
      }
    }
    return input
  }

  private static func number(
    _ member: JSON.Member, of name: String, _ range: ClosedRange<Double>
  ) throws(Mismatch) -> Double {
    guard let value = member.value.double, range.contains(value) else {
      throw Mismatch("\(Int(range.lowerBound)) to \(Int(range.upperBound)) for \"\(name).\(member.key)\"")
    }
    return value
  }
}
