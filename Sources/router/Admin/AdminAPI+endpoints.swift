import RouterCore
import RouterWeb

extension AdminAPI {
  static let prefix = "/api/v1"

  var endpoints: [AdminEndpoint] {
    let host = host
    let prefix = Self.prefix
    return [
      AdminEndpoint(method: "GET", path: "\(prefix)/graph", summary: "The graph with states, streams and counters") {
        _ in await graph(host)
      },
      AdminEndpoint(method: "GET", path: "\(prefix)/streams", summary: "Who is connected") { _ in
        .json(["streams": .array(await host.graph.snapshot().streams.map(GraphJSON.stream))])
      },
      AdminEndpoint(method: "GET", path: "\(prefix)/types", summary: "Node types with ports and options") { _ in
        .json(.array(host.registrar.types.sorted { $0.name < $1.name }.map(\.json)))
      },
      AdminEndpoint(method: "GET", path: "\(prefix)/types/{name}", summary: "One node type") { request in
        type(request.parameters["name"] ?? "", host.registrar)
      },
      AdminEndpoint(method: "GET", path: "\(prefix)/schema", summary: "JSON Schema of routes documents") { _ in
        .json(SchemaWriter(types: host.registrar).document())
      },
      AdminEndpoint(method: "GET", path: "\(prefix)/events", summary: "What happens, as server-sent events") {
        request in events(request, host)
      },
      AdminEndpoint(method: "GET", path: "/health", summary: "Alive", isOpen: true) { _ in .json(["status": "ok"]) },
      AdminEndpoint(method: "GET", path: "/ready", summary: "Started, and all essential nodes running", isOpen: true) {
        _ in await ready(host)
      },
      AdminEndpoint(method: "GET", path: "/metrics", summary: "Counters in Prometheus' text format") { _ in
        .text(host.metrics.prometheusText, type: "text/plain; version=0.0.4; charset=utf-8")
      },
      AdminEndpoint(method: "GET", path: "/ca.crt", summary: "The local authority's certificate", isOpen: true) { _ in
        authority(host)
      },
      AdminEndpoint(method: "GET", path: "/openapi.json", summary: "This API described", isOpen: true) { [self] _ in
        .json(OpenAPI.document(of: self.endpoints))
      },
    ]
  }

  private func graph(_ host: Host) async -> HTTPResponse {
    let shown = RoutesDocument.redacted(host.document.json, types: host.registrar)
    let json = GraphJSON.graph(
      await host.graph.snapshot(), configs: shown["nodes"] ?? .object([]), revision: host.revision,
      metrics: host.metrics, book: host.book)
    var response = HTTPResponse.json(json)
    response.fields.add("ETag", "\"\(host.revision)\"")
    response.fields.add("Cache-Control", "no-store")
    return response
  }

  private func type(_ name: String, _ registrar: Registrar) -> HTTPResponse {
    if let type = registrar.type(name) { return .json(type.json) }
    let hint = closest(to: name, in: registrar.types.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
    return AdminProblem(
      status: 404, title: "No such node type", detail: "there is no node type \"\(name)\"\(hint)"
    ).response
  }

  private func authority(_ host: Host) -> HTTPResponse {
    guard let certificate = host.web.authorityPEM else {
      return AdminProblem(status: 404, title: "No authority", detail: "no listener has tls: auto").response
    }
    return HTTPResponse(
      fields: HTTPFields([("Content-Type", "application/x-x509-ca-cert")]), body: .bytes(certificate))
  }

  private func ready(_ host: Host) async -> HTTPResponse {
    let missing = await host.readiness()
    let word: JSON = missing.isEmpty ? "ready" : "waiting"
    return .json(
      ["status": word, "reasons": .array(missing.map { .string($0) })], status: missing.isEmpty ? 200 : 503)
  }

  private func events(_ request: HTTPRequest, _ host: Host) -> HTTPResponse {
    let words = request.query("topics")?.split(separator: ",").map(String.init) ?? []
    let topics = words.compactMap(HubEvent.Topic.init)
    if topics.count != words.count {
      let all = HubEvent.Topic.allCases.map(\.rawValue).joined(separator: ", ")
      return AdminProblem(status: 400, title: "Unknown topic", detail: "topics are \(all)").response
    }
    let wanted = Set(words.isEmpty ? HubEvent.Topic.allCases.filter { !$0.isMomentary } : topics)
    let lastSeen = (request.fields["Last-Event-ID"] ?? request.query("after")).flatMap { UInt64($0) }
    return HTTPResponse(
      fields: HTTPFields([("Cache-Control", "no-store")]),
      body: .events { stream in
        await host.watch(wanted)
        await host.hub.serve(stream, topics: wanted, after: lastSeen)
      })
  }
}
