import RouterCore

/// The shapes of the admin API's bodies and answers.
extension OpenAPI {
  static let schemas: [JSON.Member] = [
    .init("Graph", graph), .init("Streams", object(["streams": list(of: "Stream")])),
    .init("NodeState", nodeState), .init("LinkState", linkState), .init("Stream", stream), .init("Traffic", traffic),
    .init("Types", ["type": "array", "items": reference("Type")]), .init("Type", type),
    .init("Document", ["type": "object", "description": "A routes document; its schema is at /api/v1/schema."]),
    .init("Node", object(["type": text], "A node of the routes document; the options depend on its type.")),
    .init("Link", object(["from": text, "to": text], "`node.port`, or `node` for its main port.")),
    .init("Change", change), .init("Problem", problem), .init("Finding", finding),
    .init("Disconnected", object(["disconnected": number])),
    .init("Health", object(["status": text])),
    .init("Login", object(["token": text])),
  ]

  private static let text: JSON = ["type": "string"]
  private static let number: JSON = ["type": "integer"]
  private static let flag: JSON = ["type": "boolean"]
  private static let names: JSON = ["type": "array", "items": ["type": "string"]]

  private static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }
  private static func list(of name: String) -> JSON { ["type": "array", "items": reference(name)] }

  /// - Parameter members: All of them are required.
  private static func object(
    _ members: KeyValuePairs<String, JSON>, _ summary: String? = nil, optional: KeyValuePairs<String, JSON> = [:]
  ) -> JSON {
    let all = members.map { JSON.Member($0.key, $0.value) } + optional.map { JSON.Member($0.key, $0.value) }
    var out: [JSON.Member] = [.init("type", "object")]
    if let summary { out.append(.init("description", .string(summary))) }
    out += [.init("properties", .object(all)), .init("required", .array(members.map { .string($0.key) }))]
    return .object(out)
  }

  private static let graph = object([
    "revision": number, "nodes": list(of: "NodeState"), "links": list(of: "LinkState"),
    "streams": list(of: "Stream"), "document": reference("Document"), "file": text,
    "documentProblems": list(of: "Finding"), "canUndo": flag, "canRedo": flag, "version": text,
  ])

  private static let nodeState = object(
    [
      "id": text, "type": text, "config": ["type": "object"],
      "state": ["enum": ["disabled", "starting", "running", "waiting", "faulted", "stopping"]],
      "ports": ["type": "array"], "addresses": names, "stats": ["type": "object"],
    ],
    optional: [
      "reason": text, "hint": text, "nextTry": ["type": "string", "format": "date-time"], "label": text,
      "position": ["type": "object"],
    ])

  private static let linkState = object(
    ["id": text, "from": text, "to": text, "kind": ["enum": ["audio", "event"]]],
    optional: ["format": text, "notCarried": text, "stats": reference("Traffic")])

  private static let stream = object([
    "id": number, "node": text, "peer": text, "format": text, "label": text,
    "openedAt": ["type": "string", "format": "date-time"], "path": names, "notCarried": ["type": "object"],
    "stats": reference("Traffic"),
  ])

  private static let traffic = object(
    ["packets": number, "frames": number, "bytes": number, "missing": number],
    optional: ["delayMs": ["type": "number"], "queuedFrames": number, "underruns": number])

  private static let type = object(
    ["name": text, "description": text, "ports": ["type": "array"], "options": ["type": "array"]],
    optional: ["actions": names, "choices": ["type": "object"]])

  private static let change = object(
    [
      "revision": number,
      "applied": object([
        "added": names, "removed": names, "replaced": names, "updated": names, "kept": names,
      ]),
      "linksAdded": names, "linksRemoved": names, "warnings": list(of: "Finding"),
    ],
    optional: ["dryRun": flag, "renamed": ["type": "object"], "removedLinks": names, "link": text])

  private static let problem = object(
    ["type": text, "title": text, "status": number, "detail": text, "problems": list(of: "Finding")],
    "RFC 9457, with everything that is wrong.")

  private static let finding = object(
    ["severity": ["enum": ["error", "warning"]], "path": text, "pointer": text, "message": text],
    "One thing that is wrong; `fix` is a merge patch on the document that makes it right.",
    optional: ["line": number, "column": number, "hint": text, "fix": ["type": "object"]])
}
