/// The options of one node type. `init()` makes the defaults.
public protocol Configuration: Sendable, Equatable {
  init()
  static var options: [Option<Self>] { get }
  /// Checks that need more than one option; paths are relative to the node (`rotateSeconds`). Called when every
  /// single option is right.
  func check() -> [Problem]
}

extension Configuration {
  public func check() -> [Problem] { [] }

  /// The options as they stand, defaults included, secrets as placeholders.
  public var json: JSON {
    .object(
      Self.options.compactMap { option in
        let value = option.value(self)
        return value == .null ? nil : JSON.Member(option.name, value)
      })
  }
}

/// A configuration as the value of one option: `limits`, an input of the mixer.
extension OptionValue where Self: Configuration {
  public static var schema: JSON { objectSchema }
  public static var typeName: String { "object" }

  public init(json: JSON) throws(Mismatch) {
    self = try Self.read(json, over: nil, in: .none)
  }

  /// Options left out keep what `current` holds. Warnings of its `check()` are told only beside errors.
  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    guard let members = json.members else { throw Mismatch("an object") }
    let (value, problems) = decode(members, over: current ?? Self(), in: surroundings)
    guard !problems.hasErrors else { throw Mismatch(inside: problems) }
    return value
  }
}
