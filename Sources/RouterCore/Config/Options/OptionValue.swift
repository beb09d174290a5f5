/// What can stand in an option: how it is read, checked and described.
public protocol OptionValue: Sendable, Equatable {
  /// JSON Schema of the value, without default and description.
  static var schema: JSON { get }
  /// How people call the type: `whole number`, `text`, `true or false`.
  static var typeName: String { get }
  /// Values of this type read back as a placeholder and never reach a log.
  static var isSecret: Bool { get }
  init(json: JSON) throws(Mismatch)
  /// Reads a value that needs more than itself: secrets, groups that change a part of what is there.
  ///
  /// - Parameter current: The value it replaces: the default; nil for items of lists and maps.
  static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self
  /// null means that the option is left out.
  var json: JSON { get }
}

extension OptionValue {
  public static var isSecret: Bool { false }
  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    try Self(json: json)
  }
}
