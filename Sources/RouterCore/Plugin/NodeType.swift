/// A registered node type, its config type erased.
public struct NodeType: Sendable {
  public let name: String
  public let summary: String
  public let actions: [String]
  public let traits: NodeTraits
  /// The ports of a node with default options.
  public let defaultPorts: [Port]
  public let options: [OptionDescription]
  public let choices: @Sendable () -> [String: [String]]
  /// JSON Schema of the type's own options: `properties` members and the required names.
  let schema: @Sendable () -> (properties: [JSON.Member], required: [String])
  /// Reads the type's own members; every problem at once, paths relative to the node. The names are keys that are
  /// read elsewhere.
  let read: @Sendable ([JSON.Member], [String], Surroundings) -> (NodeConfig, [Problem])

  init<D: NodeDefinition>(_ definition: D.Type) {
    name = D.type
    summary = D.summary
    actions = D.actions
    traits = D.traits
    defaultPorts = D.ports(for: D.Config())
    let fresh = D.Config()
    options = D.Config.options.map { option in
      OptionDescription(
        name: option.name, typeName: option.typeName, unit: option.unit, range: option.range,
        defaultValue: option.isRequired ? .none : .some(option.value(fresh)), help: option.help, isLive: option.isLive,
        isSecret: option.isSecret, schema: option.schema)
    }
    choices = { D.choices() }
    schema = { D.Config.schema }
    read = { members, otherKeys, surroundings in
      let (config, problems) = D.Config.decode(
        members, over: D.Config.fresh(in: surroundings), in: surroundings, otherKeys: otherKeys)
      return (NodeConfig(D.self, config), problems)
    }
  }
}

/// One row of a type's option table.
public struct OptionDescription: Sendable {
  public let name: String
  public let typeName: String
  public let unit: String?
  public let range: String?
  /// nil for a required option.
  public let defaultValue: JSON?
  public let help: String
  public let isLive: Bool
  public let isSecret: Bool
  public let schema: JSON
}
