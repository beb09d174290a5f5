/// One thing wrong with a routes document or a request, with its place and, where there is one, its fix.
public struct Problem: Error, Sendable, Equatable {
  public enum Severity: String, Sendable { case error, warning }

  public var severity: Severity
  /// As people read it: `nodes.archive.rotateSecond`.
  public var path: String
  /// RFC 6901.
  public var pointer: String
  /// 1-based; nil when the value did not come from a text.
  public var line: Int?
  /// 1-based, in characters; nil when the value did not come from a text.
  public var column: Int?
  public var message: String
  /// What to do, in words.
  public var hint: String?
  /// What to do, as a JSON merge patch on the document.
  public var fix: JSON?

  public init(
    _ severity: Severity = .error, path: String, pointer: String = "", line: Int? = nil, column: Int? = nil,
    message: String, hint: String? = nil, fix: JSON? = nil
  ) {
    self.severity = severity
    self.path = path
    self.pointer = pointer
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
    self.fix = fix
  }
}
