import RouterCore

/// The body of a change: right type, right size, JSON.
enum RequestBody {
  /// Larger bodies are answered 413 with a problem document.
  static let limit = 4 << 20
  /// Larger ones are not even read.
  static let serverLimit = 16 << 20

  static let json = ["application/json"]
  /// RFC 7396 section 4; plain JSON is taken for one.
  static let mergePatch = ["application/merge-patch+json", "application/json"]

  /// Strict JSON of one of the types.
  /// - Parameter isOptional: No body reads as an empty object.
  static func json(_ request: HTTPRequest, as types: [String], isOptional: Bool = false) throws(AdminProblem) -> JSON {
    if isOptional, request.body.isEmpty { return .object([]) }
    return try read(request, as: types, .strict).json
  }

  /// A routes document, in which comments and trailing commas are allowed, with the places of its values.
  static func document(_ request: HTTPRequest) throws(AdminProblem) -> LocatedJSON {
    try read(request, as: json, .document)
  }

  private static func read(
    _ request: HTTPRequest, as types: [String], _ dialect: JSONReader.Dialect
  ) throws(AdminProblem) -> LocatedJSON {
    try checkType(request, types)
    guard request.body.count <= limit else {
      throw AdminProblem(
        status: 413, title: "Too large", detail: "the body has \(request.body.count) bytes, \(limit) are allowed")
    }
    let reading = JSONReader.read(request.body, dialect)
    guard let root = reading.root, reading.problems.isEmpty else {
      let first = reading.problems.first
      let place = first.flatMap { problem in problem.line.map { "line \($0), column \(problem.column ?? 1): " } } ?? ""
      throw AdminProblem(
        status: 400, title: "Not JSON", detail: place + (first?.message ?? "the body is empty"),
        problems: reading.problems)
    }
    return root
  }

  private static func checkType(_ request: HTTPRequest, _ types: [String]) throws(AdminProblem) {
    guard let field = request.fields["Content-Type"] else { return }
    let type = field.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() } ?? ""
    if types.contains(type) { return }
    let accepted = types.joined(separator: ", ")
    throw AdminProblem(
      status: 415, title: "Wrong type", detail: "expected Content-Type: \(types[0]), found \(field)",
      fields: [(request.method == "PATCH" ? "Accept-Patch" : "Accept", accepted)])
  }
}
