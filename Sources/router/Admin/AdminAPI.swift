import RouterCore

/// One endpoint of the admin API; `/openapi.json` is made from these.
struct AdminEndpoint: Sendable {
  var method: String
  var path: String
  var summary: String
  /// Answered without the token: liveness and readiness probes.
  var isOpen = false
  var answer: @Sendable (HTTPRequest) async -> HTTPResponse
}

/// The admin API: what it offers, and who may ask.
struct AdminAPI: Sendable {
  let host: Host
  let token: String?

  /// Every endpoint as a route, behind the token where there is one.
  var routes: [Route] {
    endpoints.map { endpoint in
      Route(endpoint.method, endpoint.path) { request in
        if !endpoint.isOpen, !isAllowed(request) { return AdminProblem.unauthorized.response }
        return await endpoint.answer(request)
      }
    } + dashboardRoutes + [Route("GET", "/api/*") { AdminProblem.notFound($0.path).response }]
  }

  private var dashboardRoutes: [Route] {
    [
      Route("GET", "/") { DashboardFile.index.answer(to: $0) },
      Route("GET", "/dashboard/{file}") { request in
        let file = DashboardFile.named[request.parameters["file"] ?? ""]
        return file?.answer(to: request) ?? AdminProblem.notFound(request.path).response
      },
    ]
  }

  private func isAllowed(_ request: HTTPRequest) -> Bool {
    guard let token else { return true }
    guard let field = request.fields["Authorization"] else { return false }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
    return Secrecy.isEqual(String(parts[1]), token)
  }
}

/// Comparing secrets without telling by the time it takes where they differ.
enum Secrecy {
  static func isEqual(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    var difference = UInt8(a.count == b.count ? 0 : 1)
    for index in a.indices { difference |= a[index] ^ (b.isEmpty ? 0 : b[index % b.count]) }
    return difference == 0
  }
}

/// A refusal as `application/problem+json` (RFC 9457).
struct AdminProblem {
  var status: Int
  var title: String
  var detail: String
  var problems: [Problem] = []

  static func notFound(_ path: String) -> AdminProblem {
    AdminProblem(status: 404, title: "No such path", detail: "\(path) is nothing; /openapi.json lists what there is")
  }

  static let unauthorized = AdminProblem(
    status: 401, title: "A token is needed", detail: "send the admin.token as Authorization: Bearer TOKEN")

  var response: HTTPResponse {
    let body: JSON = [
      "type": "about:blank", "title": .string(title), "status": .integer(Int64(status)), "detail": .string(detail),
      "problems": .array(problems.map(\.json)),
    ]
    var fields = HTTPFields([("Content-Type", "application/problem+json")])
    if status == 401 { fields.add("WWW-Authenticate", "Bearer") }
    return HTTPResponse(status: status, fields: fields, body: .bytes(Array(body.compact.utf8)))
  }
}
