import RouterCore

/// Sends a change and says what it did. Exit status 0 done, 1 refused.
enum AdminChange {
  static func run(
    _ command: any Command.Type, _ arguments: Arguments, _ method: String, _ path: String, _ body: JSON? = nil
  ) async throws(UsageError) -> Int32 {
    let client = try AdminClient(arguments)
    var query: [String] = []
    if arguments.has("--dry-run") { query.append("dryRun=true") }
    if arguments.has("--force") { query.append("force=true") }
    let whole = path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    do throws(AdminRefusal) {
      let answer = try await client.call(method, whole, body)
      if arguments.has("--json") {
        Terminal.out(answer.pretty())
      } else {
        Terminal.out(text(answer))
        for warning in answer["warnings"]?.items ?? [] {
          if let problem = Problem(warning) { Terminal.error(AdminRefusal.text(of: problem)) }
        }
      }
      return 0
    } catch {
      if arguments.has("--json"), let json = error.json { Terminal.out(json.pretty()) }
      Terminal.error(error.text(command: command.name))
      return 1
    }
  }

  /// `revision 5: added gain; updated speaker; link phone.audio->gain.audio; no link …`. Pure.
  static func text(_ answer: JSON) -> String {
    let isDry = answer["dryRun"]?.flag == true
    let nodes = ["added", "removed", "replaced", "updated"].compactMap { word in
      words(answer["applied"]?[word]).map { "\(word) \($0)" }
    }
    let links = [("linked", "linksAdded"), ("unlinked", "linksRemoved")].compactMap { word, key in
      words(answer[key]).map { "\(word) \($0)" }
    }
    let changes = nodes + links
    let head = isDry ? "would change" : "revision \(answer["revision"]?.int ?? 0)"
    return "\(head): \(changes.isEmpty ? "nothing that runs" : changes.joined(separator: "; "))"
  }

  private static func words(_ list: JSON?) -> String? {
    let words = list?.items?.compactMap(\.text) ?? []
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }
}
