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
  /// 1-based, in characters (Unicode scalars); nil when the value did not come from a text.
  public var column: Int?
  public var message: String
  /// What to do, in words.
  public var hint: String?
  /// What to do, as a JSON merge patch on the document.
  public var fix: JSON?
  /// What of the value named by the pointer is wrong.
  var aim = Aim.value

  enum Aim: Sendable, Equatable {
    case value
    /// The key the value stands under.
    case key
    /// Bytes after the beginning of a string.
    case byte(Int)
  }

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

  public static func warning(_ path: String, _ message: String, hint: String? = nil) -> Problem {
    Problem(.warning, path: path, message: message, hint: hint)
  }
}

extension Problem {
  /// One line as a compiler prints it: `routes.json:7:44: error: nodes.a.rotateSecond: unknown key (did you mean …?)`.
  ///
  /// - Parameter file: The name to begin with; empty leaves file, line and column out.
  public func text(file: String) -> String {
    var out = file
    if !file.isEmpty {
      if let line { out += ":\(line)" }
      if let line = column, self.line != nil { out += ":\(line)" }
      out += ": "
    }
    out += "\(severity.rawValue): "
    if !path.isEmpty { out += "\(path): " }
    out += message
    if let hint { out += " (\(hint))" }
    return out
  }

  /// What the admin API answers.
  public var json: JSON {
    var members: [JSON.Member] = [
      .init("severity", .string(severity.rawValue)), .init("path", .string(path)),
      .init("pointer", .string(pointer)),
    ]
    if let line { members.append(.init("line", .integer(Int64(line)))) }
    if let column { members.append(.init("column", .integer(Int64(column)))) }
    members.append(.init("message", .string(message)))
    if let hint { members.append(.init("hint", .string(hint))) }
    if let fix { members.append(.init("fix", fix)) }
    return .object(members)
  }
}
