import RouterCore

/// The admin API: what it offers, and who may ask.
struct AdminAPI: Sendable {
  let host: Host
  let access: AdminAccess

  static let prefix = "/api/v1"

  /// Every endpoint in the order of the API document.
  var endpoints: [AdminEndpoint] {
    lookingEndpoints + changingEndpoints + actingEndpoints + probingEndpoints + dashboardEndpoints
      + pageEndpoints
  }

  /// Every endpoint as a route, behind the token where there is one.
  var routes: [Route] {
    endpoints.map { endpoint in
      Route(endpoint.method, endpoint.path, bodyLimit: RequestBody.serverLimit) { request in
        if let refusal = refusal(of: request, at: endpoint) { return refusal }
        return await endpoint.answer(request)
      }
    } + [Route("GET", "/api/*") { AdminProblem.notFound($0.path).response }]
  }

  private func refusal(of request: HTTPRequest, at endpoint: AdminEndpoint) -> HTTPResponse? {
    if endpoint.access == .open { return nil }
    switch access.check(request) {
    case .allowed: return nil
    case .paused(let pause): return AdminProblem.paused(pause).response
    case .refused: break
    }
    let isBrowser = request.fields["Accept"]?.contains("text/html") ?? false
    guard endpoint.access == .page, isBrowser else { return AdminProblem.unauthorized.response }
    return HTTPResponse(status: 303, fields: HTTPFields([("Location", "/login"), ("Cache-Control", "no-store")]))
  }
}
