import RouterCore

/// The admin API as OpenAPI 3.1, made from the endpoints themselves.
enum OpenAPI {
  static func document(of endpoints: [AdminEndpoint]) -> JSON {
    var paths: [JSON.Member] = []
    for endpoint in endpoints {
      let member = JSON.Member(endpoint.method.lowercased(), operation(endpoint))
      if let index = paths.firstIndex(where: { $0.key == endpoint.path }) {
        paths[index].value = .object((paths[index].value.members ?? []) + [member])
      } else {
        paths.append(.init(endpoint.path, .object([member])))
      }
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "The media router's admin API", "version": .string(Release.version),
        "description": "Looks at the running graph and changes it while it plays. Refusals are problem documents.",
      ],
      "paths": .object(paths),
      "components": [
        "schemas": .object(schemas),
        "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
      ],
      "security": [["token": []]],
    ]
  }

  private static func operation(_ endpoint: AdminEndpoint) -> JSON {
    var members: [JSON.Member] = [
      .init("operationId", .string(name(of: endpoint))), .init("summary", .string(endpoint.summary)),
      .init("parameters", .array(parameters(of: endpoint))),
    ]
    if let body = endpoint.body {
      let content = body.types.map { JSON.Member($0, ["schema": schema(body.schema)]) }
      members.append(.init("requestBody", ["required": .bool(body.isRequired), "content": .object(content)]))
    }
    members.append(.init("responses", .object(responses(of: endpoint))))
    if endpoint.access == .open { members.append(.init("security", [])) }
    return .object(members)
  }

  private static func parameters(of endpoint: AdminEndpoint) -> [JSON] {
    let names = endpoint.path.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first }
    var all = names.map { name -> JSON in
      ["name": .string(String(name)), "in": "path", "required": true, "schema": ["type": "string"]]
    }
    if endpoint.base != .none {
      all.append([
        "name": "If-Match", "in": "header", "required": false, "schema": ["type": "string"],
        "description": .string(
          "The ETag the change was made for, or *."
            + (endpoint.base == .required ? " Needed unless force is true." : "")),
      ])
    }
    all += endpoint.query.map { item in
      ["name": .string(item.name), "in": "query", "schema": item.schema, "description": .string(item.summary)]
    }
    return all
  }

  private static func responses(of endpoint: AdminEndpoint) -> [JSON.Member] {
    var answers = endpoint.answers
    if endpoint.access != .open {
      let problem = "application/problem+json"
      answers.append(AdminAnswer(status: 401, summary: "A token is needed", type: problem, schema: "Problem"))
      answers.append(AdminAnswer(status: 429, summary: "Too many wrong tokens", type: problem, schema: "Problem"))
    }
    return answers.sorted { $0.status < $1.status }.map { answer in
      JSON.Member(
        String(answer.status),
        [
          "description": .string(answer.summary),
          "content": .object([.init(answer.type, ["schema": schema(answer.schema)])]),
        ])
    }
  }

  private static func schema(_ name: String?) -> JSON {
    guard let name else { return [:] }
    return ["$ref": .string("#/components/schemas/\(name)")]
  }

  /// `putNodesId` of `PUT /api/v1/nodes/{id}`.
  private static func name(of endpoint: AdminEndpoint) -> String {
    let words = endpoint.path.split { !$0.isLetter && !$0.isNumber }.filter { $0 != "api" && $0 != "v1" }
    return endpoint.method.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
