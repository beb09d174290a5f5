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

  /// At most this many.
  static let limit = 64

  public init(_ all: [MixerInput] = []) { self.all = all }

  public static var typeName: String { "object: name to {gainDb, priority, duckDb}" }
  public static var schema: JSON { OptionMap<Settings>.schema.patched(by: ["maxProperties": .integer(Int64(limit))]) }

  public init(json: JSON) throws(Mismatch) {
    let map = try OptionMap<Settings>(json: json)
    guard map.entries.count <= MixerInputs.limit else { throw Mismatch("at most \(MixerInputs.limit) inputs") }
    all = map.entries.map { $0.value.input(named: $0.name) }
  }

  public var json: JSON { OptionMap(all.map { OptionMap.Entry($0.name, Settings($0)) }).json }

  /// What stands behind a name.
  private struct Settings: Configuration, OptionValue {
    var gainDb = 0.0
    var priority = false
    var duckDb = 12.0

    init() {}

    init(_ input: MixerInput) {
      gainDb = input.gainDb
      priority = input.priority
      duckDb = input.duckDb
    }

    static var options: [Option<Self>] {
      [
        Option("gainDb", \.gainDb, -120...40, unit: "dB", live: true, "Amplification."),
        Option(
          "priority", \.priority, live: true, "While this input is heard, those without priority are lowered."),
        Option(
          "duckDb", \.duckDb, 0...120, unit: "dB", live: true, "By how much a priority input lowers the others."),
      ]
    }

    func input(named name: String) -> MixerInput {
      var input = MixerInput(name: name)
      input.gainDb = gainDb
      input.priority = priority
      input.duckDb = duckDb
      return input
    }
  }
}
