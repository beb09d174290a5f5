import RouterCore
import RouterWeb

extension AdminAPI {
  /// What is there, and what happens.
  var lookingEndpoints: [AdminEndpoint] {
    let (host, prefix) = (host, Self.prefix)
    return [
      AdminEndpoint(
        method: "GET", path: "\(prefix)/graph", summary: "The graph with states, streams and counters",
        answers: [AdminAnswer(summary: "The graph; the ETag is its revision", schema: "Graph")]
      ) { _ in await Self.graph(host) },
      AdminEndpoint(
        method: "GET", path: "\(prefix)/streams", summary: "Who is connected", answers: [AdminAnswer(schema: "Streams")]
      ) { _ in
        .json(["streams": .array(await host.graph.snapshot().streams.map(GraphJSON.stream))])
      },
      AdminEndpoint(
        method: "GET", path: "\(prefix)/types", summary: "Node types with ports and options",
        answers: [AdminAnswer(schema: "Types")]
      ) { _ in
        .json(.array(host.registrar.types.sorted { $0.name < $1.name }.map(\.json)))
      },
      AdminEndpoint(
        method: "GET", path: "\(prefix)/types/{name}", summary: "One node type",
        answers: [
          AdminAnswer(schema: "Type"),
          AdminAnswer(
            status: 404, summary: "There is no such type", type: "application/problem+json", schema: "Problem"),
        ]
      ) { request in Self.type(request.parameters["name"] ?? "", host.registrar) },
      AdminEndpoint(
        method: "GET", path: "\(prefix)/schema", summary: "JSON Schema of routes documents",
        answers: [AdminAnswer(type: "application/json")]
      ) { _ in .json(SchemaWriter(types: host.registrar).document()) },
      AdminEndpoint(
        method: "GET", path: "\(prefix)/events", summary: "What happens, as server-sent events",
        query: [
          AdminParameter(
            name: "topics", schema: ["type": "string"],
            summary: "With commas between them: graph, node, stream, link, log, level, meter; all but the last two if "
              + "left out."),
          AdminParameter(
            name: "after", schema: ["type": "integer", "minimum": 0],
            summary: "Replays what came after this event, as Last-Event-ID does; 0: all that is remembered."),
        ],
        answers: [
          AdminAnswer(summary: "Events without end", type: "text/event-stream"),
          AdminAnswer(status: 400, summary: "An unknown topic", type: "application/problem+json", schema: "Problem"),
        ]
      ) { request in Self.events(request, host) },
    ]
  }

  private static func graph(_ host: Host) async -> HTTPResponse {
    var shown = await host.shownDocument()
    var snapshot = await host.graph.snapshot()
    // A change in between would show nodes beside another document's tag.
    for _ in 0..<3 {
      let now = await host.shownDocument()
      if now.tag == shown.tag { break }
      shown = now
      snapshot = await host.graph.snapshot()
    }
    let members = GraphJSON.graph(
      snapshot, configs: shown.document["nodes"] ?? .object([]), revision: shown.revision,
      metrics: host.metrics, book: host.book)
    let more: [JSON.Member] = [
      .init("document", shown.document), .init("file", .string(shown.file)),
      .init("documentProblems", .array(shown.problems.map(\.json))), .init("canUndo", .bool(shown.canUndo)),
      .init("canRedo", .bool(shown.canRedo)), .init("version", .string(Release.version)),
    ]
    var response = HTTPResponse.json(.object(members + more))
    response.fields.add("ETag", shown.tag)
    response.fields.add("Cache-Control", "no-store")
    return response
  }

  private static func type(_ name: String, _ registrar: Registrar) -> HTTPResponse {
    if let type = registrar.type(name) { return .json(type.json) }
    let hint = closest(to: name, in: registrar.types.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
    return AdminProblem(
      status: 404, title: "No such node type", detail: "there is no node type \(JSON.string(name).compact)\(hint)"
    ).response
  }

  private static func events(_ request: HTTPRequest, _ host: Host) -> HTTPResponse {
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
