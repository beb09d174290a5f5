import RouterCore

extension AdminAPI {
  private static let applied = AdminAnswer(summary: "Applied and saved; the ETag is the new revision", schema: "Change")

  private static let refusals = [
    AdminAnswer(
      status: 400, summary: "Not JSON, or a wrong query", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(
      status: 409, summary: "A running node would wait", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(
      status: 412, summary: "Made for another revision", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(status: 413, summary: "Too large", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(status: 415, summary: "Wrong Content-Type", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(
      status: 422, summary: "Refused, with every problem", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(status: 500, summary: "Not saved", type: "application/problem+json", schema: "Problem"),
    AdminAnswer(status: 503, summary: "The router is stopping", type: "application/problem+json", schema: "Problem"),
  ]

  private static let missing = AdminAnswer(
    status: 404, summary: "There is no such thing", type: "application/problem+json", schema: "Problem")
  private static let unbased = AdminAnswer(
    status: 428, summary: "If-Match is needed", type: "application/problem+json", schema: "Problem")

  /// Everything that changes the document.
  var changingEndpoints: [AdminEndpoint] { graphEndpoints + nodeEndpoints + linkEndpoints + historyEndpoints }

  private var graphEndpoints: [AdminEndpoint] {
    let path = "\(Self.prefix)/graph"
    return [
      change(
        "PUT", path, "Replaces the whole document", base: .required,
        body: AdminBody(types: RequestBody.json, schema: "Document"), answers: [Self.unbased]
      ) { request throws(AdminProblem) in .whole(try RequestBody.document(request), text: request.body) },
      change(
        "PATCH", path, "Applies a JSON merge patch to the document", base: .required,
        body: AdminBody(types: RequestBody.mergePatch), answers: [Self.unbased]
      ) { request throws(AdminProblem) in .patch(try RequestBody.json(request, as: RequestBody.mergePatch)) },
    ]
  }

  private var nodeEndpoints: [AdminEndpoint] {
    let path = "\(Self.prefix)/nodes/{id}"
    return [
      change(
        "PUT", path, "Makes or replaces one node", body: AdminBody(types: RequestBody.json, schema: "Node")
      ) { request throws(AdminProblem) in
        .edit(.setNode(request.parameters["id"] ?? "", try RequestBody.json(request, as: RequestBody.json)))
      },
      change(
        "PATCH", path, "Applies a JSON merge patch to one node", body: AdminBody(types: RequestBody.mergePatch),
        answers: [Self.missing]
      ) { request throws(AdminProblem) in
        .edit(.patchNode(request.parameters["id"] ?? "", try RequestBody.json(request, as: RequestBody.mergePatch)))
      },
      change("DELETE", path, "Removes one node and its links", answers: [Self.missing]) {
        request throws(AdminProblem) in
        .edit(.removeNode(request.parameters["id"] ?? ""))
      },
    ]
  }

  private var linkEndpoints: [AdminEndpoint] {
    [
      change(
        "POST", "\(Self.prefix)/links", "Links two ports", body: AdminBody(types: RequestBody.json, schema: "Link")
      ) { request throws(AdminProblem) in
        let link = try RequestBody.json(request, as: RequestBody.json)
        guard let from = link["from"]?.text, let to = link["to"]?.text, link.members?.count == 2 else {
          throw AdminProblem(
            status: 422, title: "Not a link", detail: "expected {\"from\": \"node.port\", \"to\": \"node.port\"}")
        }
        return .edit(.addLink(from: from, to: to))
      },
      change(
        "DELETE", "\(Self.prefix)/links/{id}", "Removes one link; the other links of its chain stay",
        answers: [Self.missing]
      ) { request throws(AdminProblem) in .edit(.removeLink(request.parameters["id"] ?? "")) },
    ]
  }

  private var historyEndpoints: [AdminEndpoint] {
    [
      change("POST", "\(Self.prefix)/graph/undo", "Goes back one change, of the last 50", origin: .undo) {
        _ throws(AdminProblem) in .undo
      },
      change("POST", "\(Self.prefix)/graph/redo", "Does again what was undone", origin: .redo) {
        _ throws(AdminProblem) in .redo
      },
    ]
  }

  /// An endpoint that changes the document by what a request means.
  private func change(
    _ method: String, _ path: String, _ summary: String, base: AdminBase = .optional, body: AdminBody? = nil,
    answers: [AdminAnswer] = [], origin: DocumentRequest.Origin = .api,
    _ meaning: @escaping @Sendable (HTTPRequest) throws(AdminProblem) -> DocumentRequest.Change
  ) -> AdminEndpoint {
    let host = host
    return AdminEndpoint(
      method: method, path: path, summary: summary, query: ChangeTerms.parameters, base: base, body: body,
      answers: [Self.applied] + answers + Self.refusals
    ) { request in
      do throws(AdminProblem) {
        let terms = try ChangeTerms.read(request, base: base)
        let change = DocumentRequest(change: try meaning(request), origin: origin, terms: terms)
        return try await Self.apply(change, to: host)
      } catch {
        return error.response
      }
    }
  }

  private static func apply(_ request: DocumentRequest, to host: Host) async throws(AdminProblem) -> HTTPResponse {
    do throws(DocumentRefusal) {
      let answer = try await host.apply(request)
      var response = HTTPResponse.json(GraphJSON.answer(answer, isDryRun: request.terms.isDryRun))
      response.fields.add("ETag", answer.tag)
      response.fields.add("Server-Timing", answer.timing.field)
      response.fields.add("Cache-Control", "no-store")
      return response
    } catch {
      throw AdminProblem(error)
    }
  }
}

extension AdminProblem {
  init(_ refusal: DocumentRefusal) {
    let (status, title): (Int, String) =
      switch refusal.kind {
      case .stale: (412, "Somebody else was faster")
      case .refused: (422, "Refused")
      case .wouldWait: (409, "A running node would wait")
      case .unknown: (404, "There is no such thing")
      case .nothing: (409, "Nothing to do")
      case .notSaved: (500, "Not saved")
      case .stopping: (503, "The router is stopping")
      }
    self.init(status: status, title: title, detail: refusal.detail, problems: refusal.problems)
  }
}
