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
      "info": ["title": "The media router's admin API", "version": .string(Release.version)],
      "paths": .object(paths),
      "components": ["securitySchemes": ["token": ["type": "http", "scheme": "bearer"]]],
      "security": [["token": []]],
    ]
  }

  private static func operation(_ endpoint: AdminEndpoint) -> JSON {
    let names = endpoint.path.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first }
    let parameters = names.map { name -> JSON in
      ["name": .string(String(name)), "in": "path", "required": true, "schema": ["type": "string"]]
    }
    var members: [JSON.Member] = [
      .init("summary", .string(endpoint.summary)), .init("parameters", .array(parameters)),
      .init("responses", ["200": ["description": .string(endpoint.summary)]]),
    ]
    if endpoint.isOpen { members.append(.init("security", [])) }
    return .object(members)
  }
}
