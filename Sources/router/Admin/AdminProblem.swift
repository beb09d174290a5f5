import RouterCore

/// A refusal as `application/problem+json` (RFC 9457).
struct AdminProblem: Error {
  var status: Int
  var title: String
  var detail: String
  var problems: [Problem] = []
  var fields: [(String, String)] = []

  static func notFound(_ path: String) -> AdminProblem {
    AdminProblem(status: 404, title: "No such path", detail: "\(path) is nothing; /openapi.json lists what there is")
  }

  static let unauthorized = AdminProblem(
    status: 401, title: "A token is needed",
    detail: "send the admin.token as Authorization: Bearer TOKEN, or log in at /login",
    fields: [("WWW-Authenticate", "Bearer")])

  static func paused(_ pause: Duration) -> AdminProblem {
    let seconds = Int(pause.seconds.rounded(.up))
    return AdminProblem(
      status: 429, title: "Too many wrong tokens", detail: "the next try is possible in \(seconds) s",
      fields: [("Retry-After", String(seconds))])
  }

  /// `problems` is left out of no answer, so that programs need not look whether it is there.
  var response: HTTPResponse {
    let body: JSON = [
      "type": "about:blank", "title": .string(title), "status": .integer(Int64(status)), "detail": .string(detail),
      "problems": .array(problems.map(\.json)),
    ]
    var all = HTTPFields([("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")])
    for (name, value) in fields { all.add(name, value) }
    return HTTPResponse(status: status, fields: all, body: .bytes(Array(body.compact.utf8)))
  }
}
