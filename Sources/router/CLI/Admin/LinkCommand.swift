import RouterCore

/// `router link A B`: wires two ports of the running graph.
enum LinkCommand: Command {
  static let name = "link"
  static let usage = "router link FROM TO [--dry-run] [--force] [--url URL] [--token TOKEN] [--json]"
  static let summary =
    "links two ports of the running graph: phone.audio speaker.audio; a port left out is the main one"
  static let flags = Flag.change + Flag.admin
  static let positional = ["FROM", "TO"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    guard arguments.positional.count == 2 else { throw UsageError("which two ports?") }
    let body: JSON = ["from": .string(arguments.positional[0]), "to": .string(arguments.positional[1])]
    return try await AdminChange.run(Self.self, arguments, "POST", "/links", body)
  }
}

/// `router unlink A B`: takes a link away.
enum UnlinkCommand: Command {
  static let name = "unlink"
  static let usage = "router unlink FROM TO [--dry-run] [--force] [--url URL] [--token TOKEN] [--json]"
  static let summary = "removes a link of the running graph; what is left of its chain stays"
  static let flags = Flag.change + Flag.admin
  static let positional = ["FROM", "TO"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let words = arguments.positional
    guard words.count == 2 || words.first?.contains("->") == true else { throw UsageError("which two ports?") }
    return try await AdminChange.run(
      Self.self, arguments, "DELETE", "/links/\(words.joined(separator: "->").percentEncoded)")
  }
}
