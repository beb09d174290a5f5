import RouterCore

/// `router undo`: brings back the revision before.
enum UndoCommand: Command {
  static let name = "undo"
  static let usage = "router undo [--dry-run] [--force] [--url URL] [--token TOKEN] [--json]"
  static let summary = "takes back the last change of the running graph"
  static let flags = Flag.change + Flag.admin
  static let positional: [String] = []

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    try await AdminChange.run(Self.self, arguments, "POST", "/graph/undo")
  }
}

/// `router redo`: takes back an undo.
enum RedoCommand: Command {
  static let name = "redo"
  static let usage = "router redo [--dry-run] [--force] [--url URL] [--token TOKEN] [--json]"
  static let summary = "makes again what was undone last"
  static let flags = Flag.change + Flag.admin
  static let positional: [String] = []

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    try await AdminChange.run(Self.self, arguments, "POST", "/graph/redo")
  }
}
