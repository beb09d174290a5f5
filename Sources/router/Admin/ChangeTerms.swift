import RouterCore

/// What a request says about how its change is to be made: `If-Match`, `dryRun`, `force`, `crossfadeMs`.
enum ChangeTerms {
  /// What every changing endpoint understands.
  static let parameters = [
    AdminParameter(
      name: "dryRun", schema: ["type": "boolean", "default": false],
      summary: "Checks and answers what would change; nothing does."),
    AdminParameter(
      name: "force", schema: ["type": "boolean", "default": false],
      summary: "The successor of a running node may wait; no If-Match is needed."),
    AdminParameter(
      name: "crossfadeMs", schema: ["type": "number", "minimum": 0, "maximum": 20, "default": 5],
      summary: "How long a replaced stage and its successor sound together, in milliseconds."),
  ]

  static func read(_ request: HTTPRequest, base: AdminBase) throws(AdminProblem) -> DocumentRequest.Terms {
    var terms = DocumentRequest.Terms()
    terms.isDryRun = try flag("dryRun", request)
    terms.rewire.isForced = try flag("force", request)
    if let text = request.query("crossfadeMs") {
      guard let value = Double(text), (0...20).contains(value) else {
        throw badQuery("crossfadeMs", "expected 0 to 20 ms", text)
      }
      terms.rewire.crossfade = .microseconds(Int64(value * 1000))
    }
    let tags = request.fields.values("If-Match").flatMap { Self.tags(in: $0) }
    if !tags.isEmpty { terms.base = tags.contains("*") ? .any : .oneOf(tags) }
    if base == .required, tags.isEmpty, !terms.rewire.isForced {
      throw AdminProblem(
        status: 428, title: "If-Match is needed",
        detail: "send the ETag of GET \(AdminAPI.prefix)/graph as If-Match, or * to change whatever is there")
    }
    return terms
  }

  /// Weak tags never match (RFC 9110 section 13.1.1); they stay in the list and are nobody's.
  private static func tags(in field: String) -> [String] {
    field.split(separator: ",").map { $0.filter { $0 != " " } }
  }

  private static func flag(_ name: String, _ request: HTTPRequest) throws(AdminProblem) -> Bool {
    guard let text = request.query(name) else { return false }
    switch text {
    case "true", "1", "": return true
    case "false", "0": return false
    default: throw badQuery(name, "expected true or false", text)
    }
  }

  private static func badQuery(_ name: String, _ expected: String, _ found: String) -> AdminProblem {
    AdminProblem(
      status: 400, title: "Wrong query", detail: "\(name): \(expected), found \(JSON.string(found).compact)")
  }
}
