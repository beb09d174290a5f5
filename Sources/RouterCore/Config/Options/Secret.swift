/// A password or token. Written as plain text, as `"$ENV_NAME"` or as `{"file": "path"}`; resolved when the document
/// is read. `"$$"` at the beginning stands for one `$`.
///
/// Its JSON and descriptions never show a plain value.
public struct Secret: Sendable, Equatable {
  /// Where the value comes from.
  public enum Source: Sendable, Equatable {
    case plain
    case variable(String)
    /// Relative paths count from the document's folder.
    case file(String)
  }

  public let source: Source
  /// What it is now; not empty.
  public let value: String

  /// What plain secrets read back as. Written, it means "keep the value".
  public static let placeholder = "••••••"

  public init(_ value: String, from source: Source = .plain) {
    self.value = value
    self.source = source
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { Secret.placeholder }
  public var debugDescription: String { Secret.placeholder }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Mismatch {
  static let placeholder = Mismatch(
    message: "the placeholder stands for no known value", hint: "write the value itself")
}

extension Secret: OptionValue {
  public static var schema: JSON {
    [
      "anyOf": [
        ["type": "string", "minLength": 1],
        [
          "type": "object", "properties": ["file": ["type": "string"]], "required": ["file"],
          "additionalProperties": false,
        ],
      ],
      "writeOnly": true,
    ]
  }
  public static var typeName: String { "text, \"$ENV_NAME\" or {\"file\": path}" }
  public static var isSecret: Bool { true }
  public init(json: JSON) throws(Mismatch) { self = try Self.read(json, over: nil, in: .none) }

  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    if case .string(let text) = json { return try read(text, in: surroundings) }
    guard let members = json.members, members.count == 1, let path = json["file"]?.text else {
      throw Mismatch("a text, \"$ENV_NAME\" or {\"file\": path}")
    }
    return try read(file: path, in: surroundings)
  }

  /// References read back as they were written.
  public var json: JSON {
    switch source {
    case .plain: .string(Secret.placeholder)
    case .variable(let name): .string("$" + name)
    case .file(let path): ["file": .string(path)]
    }
  }
}

extension Secret {
  private static func read(_ text: String, in surroundings: Surroundings) throws(Mismatch) -> Secret {
    if text.isEmpty { throw Mismatch("a text that is not empty") }
    if text == placeholder { throw .placeholder }
    guard text.hasPrefix("$") else { return Secret(text) }
    let name = String(text.dropFirst())
    if name.hasPrefix("$") { return Secret(name) }
    guard isVariableName(name) else {
      throw Mismatch(
        message: "expected the name of an environment variable after $",
        hint: "a text that begins with $ is written with $$")
    }
    guard let value = surroundings.variable(name) else {
      throw Mismatch(message: "environment variable \(name) is not set")
    }
    guard !value.isEmpty else { throw Mismatch(message: "environment variable \(name) is empty") }
    return Secret(value, from: .variable(name))
  }

  /// Line breaks at the end of the file do not belong to the value.
  private static func read(file path: String, in surroundings: Surroundings) throws(Mismatch) -> Secret {
    var bytes: [UInt8]
    do throws(FileUnreadable) {
      bytes = try surroundings.file(path)
    } catch {
      throw Mismatch(message: "cannot read the file \"\(path)\": \(error.reason)")
    }
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let value = String(validating: bytes, as: UTF8.self) else {
      throw Mismatch(message: "the file \"\(path)\" is not UTF-8 text")
    }
    guard !value.isEmpty else { throw Mismatch(message: "the file \"\(path)\" is empty") }
    return Secret(value, from: .file(path))
  }

  private static func isVariableName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
  }
}
