extension RoutesDocument {
  /// A document as the admin API shows it: plain secrets are placeholders; references to variables and files stay.
  ///
  /// - Parameter json: A routes document, also one with problems.
  public static func redacted(_ json: JSON, types: Registrar) -> JSON {
    SecretPlaces(types: types).map(json) { value, _ in
      isReference(value) ? value : .string(Secret.placeholder)
    }
  }

  private static func isReference(_ value: JSON) -> Bool {
    if let text = value.text { return text.hasPrefix("$") && !text.hasPrefix("$$") }
    return value["file"] != nil
  }

  /// Puts the secrets of the document before into the places where a new one has the placeholder; a node that is only
  /// called something else keeps its own.
  public static func restoringSecrets(in json: JSON, from old: JSON, types: Registrar) -> JSON {
    let origins = origins(of: json, in: old, types)
    return SecretPlaces(types: types).map(json) { value, place in
      guard value == .string(Secret.placeholder) else { return value }
      var place = place
      if place.count > 1, place[0] == "nodes", let origin = origins[place[1]] { place[1] = origin }
      return old[JSONPointer(steps: place)] ?? value
    }
  }

  /// New ids to old ones: of a node that is gone and looks, with its secrets hidden, like just one that came.
  private static func origins(of json: JSON, in old: JSON, _ types: Registrar) -> [String: String] {
    let (new, before) = (json["nodes"]?.members ?? [], redacted(old, types: types)["nodes"]?.members ?? [])
    let (newIDs, oldIDs) = (Set(new.map(\.key)), Set(before.map(\.key)))
    let come = new.filter { !oldIDs.contains($0.key) }
    let gone = come.isEmpty ? [] : before.filter { !newIDs.contains($0.key) }
    var origins: [String: String] = [:]
    for node in come {
      let alike = gone.filter { $0.value == node.value }
      if alike.count == 1 { origins[node.key] = alike[0].key }
    }
    return origins
  }
}

/// Finds the values of a document that are secrets by the schema of the node types.
private struct SecretPlaces {
  let types: Registrar

  /// The document with each secret replaced by what the closure makes of it; it gets the steps to it.
  func map(_ json: JSON, _ change: (JSON, [String]) -> JSON) -> JSON {
    let settings = JSON.object([.init("properties", .object(DocumentSettings.schema.properties))])
    let document = walk(json, settings, [], change)
    guard case .object(var members) = document, let at = members.firstIndex(where: { $0.key == "nodes" }),
      case .object(let nodes) = members[at].value
    else { return document }
    // Of each type once: a schema is made anew each time it is asked for.
    var schemas: [String: JSON] = [:]
    members[at].value = .object(
      nodes.map { node in
        guard let name = node.value["type"]?.text, let schema = schemas[name] ?? schema(of: name) else { return node }
        schemas[name] = schema
        return JSON.Member(node.key, walk(node.value, schema, ["nodes", node.key], change))
      })
    return .object(members)
  }

  private func schema(of type: String) -> JSON? {
    types.type(type).map { [JSON.Member("properties", .object($0.schema().properties))] }.map(JSON.object)
  }

  private func walk(_ json: JSON, _ schema: JSON, _ place: [String], _ change: (JSON, [String]) -> JSON) -> JSON {
    if schema["writeOnly"] == .bool(true) { return change(json, place) }
    if let choices = schema["anyOf"]?.items {
      return choices.reduce(json) { walk($0, $1, place, change) }
    }
    switch json {
    case .object(let members):
      return .object(
        members.map { member in
          let inner = schema["properties"]?[member.key] ?? schema["additionalProperties"] ?? .null
          return JSON.Member(member.key, walk(member.value, inner, place + [member.key], change))
        })
    case .array(let items):
      guard let inner = schema["items"] else { return json }
      return .array(items.enumerated().map { walk($1, inner, place + [String($0)], change) })
    default: return json
    }
  }
}
