/// What reading a document may look at beside its text: environment variables, files, what its other parts say.
public struct Surroundings: Sendable {
  /// The value of an environment variable; nil if it is not set.
  public var variable: @Sendable (String) -> String?
  /// The bytes of a small file, at most 64 KiB; relative paths count from the document's folder.
  public var file: @Sendable (String) throws(FileUnreadable) -> [UInt8]
  /// Limits of listeners that set none.
  public var limits = ListenerLimits()

  public init(
    variable: @escaping @Sendable (String) -> String?,
    file: @escaping @Sendable (String) throws(FileUnreadable) -> [UInt8]
  ) {
    self.variable = variable
    self.file = file
  }

  /// No variable is set and no file exists.
  public static let none = Surroundings(
    variable: { _ in nil }, file: { _ throws(FileUnreadable) in throw FileUnreadable("No such file or directory") })
}

/// Why a file could not be read, in the system's words.
public struct FileUnreadable: Error, Sendable, Equatable {
  public var reason: String
  public init(_ reason: String) { self.reason = reason }
}
