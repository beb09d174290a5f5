import RouterCore

extension AdminAPI {
  private static let missing = AdminAnswer(
    status: 404, summary: "There is no such thing", type: "application/problem+json", schema: "Problem")
  private static let refused = AdminAnswer(
    status: 409, summary: "It cannot be done now", type: "application/problem+json", schema: "Problem")

  /// What can be done without changing the document.
  var actingEndpoints: [AdminEndpoint] {
    let (host, prefix) = (host, Self.prefix)
    return [
      AdminEndpoint(
        method: "POST", path: "\(prefix)/nodes/{id}/actions/{name}", summary: "Does one of a node type's actions",
        body: AdminBody(types: RequestBody.json, isRequired: false),
        answers: [AdminAnswer(summary: "What the node says about it"), Self.missing, Self.refused]
      ) { request in await Self.perform(request, host) },
      AdminEndpoint(
        method: "DELETE", path: "\(prefix)/streams/{id}", summary: "Disconnects one stream",
        answers: [AdminAnswer(schema: "Disconnected"), Self.missing]
      ) { request in
        let id = request.parameters["id"] ?? ""
        guard let number = StreamID(id), await host.graph.disconnect(number) else {
          return AdminProblem(
            status: 404, title: "There is no such thing", detail: "there is no stream \(JSON.string(id).compact)"
          ).response
        }
        host.log.info("disconnected stream \(number)", ("by", request.peer.host))
        return .json(["disconnected": .integer(Int64(number))])
      },
    ]
  }

  private static func perform(_ request: HTTPRequest, _ host: Host) async -> HTTPResponse {
    let (id, action) = (request.parameters["id"] ?? "", request.parameters["name"] ?? "")
    do throws(AdminProblem) {
      let arguments = try RequestBody.json(request, as: RequestBody.json, isOptional: true)
      try await check(action, of: id, host)
      do throws(ActionFailure) {
        return .json(try await host.graph.perform(action, on: id, with: arguments))
      } catch {
        throw AdminProblem(status: 409, title: "It cannot be done now", detail: error.reason)
      }
    } catch {
      return error.response
    }
  }

  private static func check(_ action: String, of id: NodeID, _ host: Host) async throws(AdminProblem) {
    let nodes = await host.document.nodes
    guard let node = nodes.first(where: { $0.id == id }) else {
      let meant = closest(to: id, in: nodes.map(\.id)).map { "; did you mean \"\($0)\"?" } ?? ""
      throw AdminProblem(
        status: 404, title: "There is no such thing", detail: "there is no node \(JSON.string(id).compact)\(meant)")
    }
    guard node.type.actions.contains(action) else {
      let known = node.type.actions.joined(separator: ", ")
      throw AdminProblem(
        status: 404, title: "There is no such thing",
        detail: "\(node.type.name) has no action \(JSON.string(action).compact)"
          + (known.isEmpty ? "" : "; its actions: \(known)"))
    }
  }
}
