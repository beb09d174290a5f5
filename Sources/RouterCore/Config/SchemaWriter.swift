/// Writes the JSON Schema (2020-12) of a routes document from the registered node types, so that editors complete and
/// check it through its `$schema` key.
public struct SchemaWriter {
  private let types: [NodeType]

  public init(types: Registrar) { self.types = types.types }

  /// The schema of a whole document.
  public func document() -> JSON {
    let (properties, _) = DocumentSettings.schema
    let nodes: JSON = [
      "type": "object", "description": "Nodes by id.", "propertyNames": ["pattern": "^[a-z][a-z0-9-]*$"],
      "additionalProperties": ["$ref": "#/$defs/node"],
    ]
    let links: JSON = [
      "type": "array", "description": "Links between ports; a port left out is the main port.",
      "items": ["anyOf": [chain, LinkObject.objectSchema]],
    ]
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Routes document of the media router",
      "type": "object",
      "additionalProperties": false,
      "properties": .object(properties + [.init("nodes", nodes), .init("links", links)]),
      "$defs": .object([.init("node", node)] + types.map { .init($0.name, options(of: $0)) }),
    ]
  }

  private var chain: JSON {
    ["type": "string", "pattern": "->", "description": "A chain: \"phone -> speaker\", \"a.port -> b.port -> c\"."]
  }

  /// Chooses the type's options by `type`.
  private var node: JSON {
    let names: [JSON] = types.map { .string($0.name) }
    let choices: [JSON] = types.map { type in
      [
        "if": ["properties": ["type": ["const": .string(type.name)]], "required": ["type"]],
        "then": ["$ref": .string("#/$defs/" + JSONPointer.escape(type.name))],
      ]
    }
    return [
      "type": "object", "required": ["type"],
      "properties": ["type": ["enum": .array(names), "description": "What the node is."]],
      "allOf": .array(choices),
    ]
  }

  private func options(of type: NodeType) -> JSON {
    let own = type.schema()
    let (common, _) = NodeSettings.schema
    let properties = [JSON.Member("type", ["const": .string(type.name)])] + common + own.properties
    return [
      "type": "object", "description": .string(type.summary), "additionalProperties": false,
      "properties": .object(properties), "required": .array(["type"] + own.required.map { .string($0) }),
    ]
  }
}
