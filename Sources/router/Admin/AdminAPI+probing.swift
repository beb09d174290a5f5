import RouterCore
import RouterWeb

extension AdminAPI {
  /// What programs ask that watch the router.
  var probingEndpoints: [AdminEndpoint] {
    let host = host
    return [
      AdminEndpoint(
        method: "GET", path: "/health", summary: "Alive", access: .open, answers: [AdminAnswer(schema: "Health")]
      ) { _ in .json(["status": "ok"]) },
      AdminEndpoint(
        method: "GET", path: "/ready", summary: "Started, and all essential nodes running", access: .open,
        answers: [
          AdminAnswer(schema: "Health"),
          AdminAnswer(status: 503, summary: "Not yet, or not all; with reasons", schema: "Health"),
        ]
      ) { _ in await Self.ready(host) },
      AdminEndpoint(
        method: "GET", path: "/metrics", summary: "Counters in Prometheus' text format",
        answers: [AdminAnswer(type: "text/plain")]
      ) { _ in .text(host.metrics.prometheusText, type: "text/plain; version=0.0.4; charset=utf-8") },
      AdminEndpoint(
        method: "GET", path: "/ca.crt", summary: "The local authority's certificate", access: .open,
        answers: [
          AdminAnswer(type: "application/x-x509-ca-cert"),
          AdminAnswer(
            status: 404, summary: "No listener has tls: auto", type: "application/problem+json", schema: "Problem"),
        ]
      ) { _ in Self.authority(host) },
      AdminEndpoint(method: "GET", path: "/openapi.json", summary: "This API described", access: .open) { [self] _ in
        .json(OpenAPI.document(of: self.endpoints))
      },
    ]
  }

  private static func authority(_ host: Host) -> HTTPResponse {
    guard let certificate = host.web.authorityPEM else {
      return AdminProblem(status: 404, title: "No authority", detail: "no listener has tls: auto").response
    }
    return HTTPResponse(
      fields: HTTPFields([("Content-Type", "application/x-x509-ca-cert")]), body: .bytes(certificate))
  }

  private static func ready(_ host: Host) async -> HTTPResponse {
    let missing = await host.readiness()
    let word: JSON = missing.isEmpty ? "ready" : "waiting"
    return .json(
      ["status": word, "reasons": .array(missing.map { .string($0) })], status: missing.isEmpty ? 200 : 503)
  }
}
