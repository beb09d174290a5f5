import RouterCore

/// `router set NODE KEY=VALUE …`: changes options of a node.
enum SetCommand: Command {
  static let name = "set"
  static let usage = "router set NODE KEY=VALUE … [--dry-run] [--force] [--url URL] [--token TOKEN] [--json]"
  static let summary =
    "changes options of a node; values are JSON or plain text, null is the default, a.b=1 sets b in a"
  static let flags = Flag.change + Flag.admin
  static let positional = ["NODE"] + Array(repeating: "KEY=VALUE", count: 100)

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    guard let node = arguments.positional.first else { throw UsageError("which node?") }
    guard arguments.positional.count > 1 else { throw UsageError("which options? KEY=VALUE") }
    let patch = try patch(arguments.positional.dropFirst())
    return try await AdminChange.run(Self.self, arguments, "PATCH", "/nodes/\(node.percentEncoded)", patch)
  }

  /// A merge patch. Pure.
  static func patch(_ words: some Sequence<String>) throws(UsageError) -> JSON {
    var patch = JSON.object([])
    for word in words {
      guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
        throw UsageError("expected KEY=VALUE, found \"\(word)\"")
      }
      let text = String(word[word.index(after: equals)...])
      var value = (try? JSON(strict: Array(text.utf8))) ?? .string(text)
      let keys = word[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard !keys.contains("") else { throw UsageError("\"\(word[..<equals])\" is no key") }
      for key in keys.reversed() { value = .object([.init(key, value)]) }
      patch = merged(patch, value)
    }
    return patch
  }

  /// Both patches in one: unlike applying them, null stays.
  private static func merged(_ a: JSON, _ b: JSON) -> JSON {
    guard var members = a.members, let others = b.members else { return b }
    for other in others {
      if let index = members.firstIndex(where: { $0.key == other.key }) {
        members[index].value = merged(members[index].value, other.value)
      } else {
        members.append(other)
      }
    }
    return .object(members)
  }
}
