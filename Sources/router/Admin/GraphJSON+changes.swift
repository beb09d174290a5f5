import RouterCore

/// What a change did, as answers and events tell it.
extension GraphJSON {
  static func answer(_ answer: DocumentAnswer, isDryRun: Bool) -> JSON {
    var members: [JSON.Member] = [.init("revision", .integer(Int64(answer.revision)))]
    if isDryRun { members.append(.init("dryRun", true)) }
    members += applied(answer.plan) + answer.facts
    members.append(.init("warnings", .array(answer.warnings.map(\.json))))
    return .object(members)
  }

  /// `applied`, `linksAdded`, `linksRemoved`, and `renamed` where a node got another id.
  static func applied(_ plan: RewirePlan) -> [JSON.Member] {
    var members: [JSON.Member] = [
      .init(
        "applied",
        [
          "added": list(plan.added), "removed": list(plan.removed), "replaced": list(plan.replaced),
          "updated": list(plan.updated), "kept": list(plan.kept),
        ]),
      .init("linksAdded", list(plan.linksAdded)), .init("linksRemoved", list(plan.linksRemoved)),
    ]
    if !plan.renamed.isEmpty {
      let pairs = plan.renamed.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }
      members.append(.init("renamed", .object(pairs)))
    }
    return members
  }

  /// For the log: `+gain ~speaker -mic, links +2 -1`.
  static func summary(_ plan: RewirePlan) -> String {
    let nodes =
      plan.added.map { "+\($0)" } + plan.removed.map { "-\($0)" } + plan.replaced.map { "!\($0)" }
      + plan.updated.map { "~\($0)" }
    var parts = nodes.isEmpty ? [] : [nodes.prefix(20).joined(separator: " ") + (nodes.count > 20 ? " …" : "")]
    if !plan.linksAdded.isEmpty || !plan.linksRemoved.isEmpty {
      parts.append("links +\(plan.linksAdded.count) -\(plan.linksRemoved.count)")
    }
    return parts.isEmpty ? "settings" : parts.joined(separator: ", ")
  }

  private static func list(_ words: [String]) -> JSON { .array(words.map { .string($0) }) }
}
