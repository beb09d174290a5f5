/// A decoded config that knows how to make its node.
public struct NodeConfig: Sendable {
  public let ports: [Port]
  public let claims: [Claim]
  public let make: @Sendable (NodeContext) -> any Node
  /// Options as they stand, defaults included, secrets as placeholders.
  public let json: JSON
  /// Equal options mean the running node can stay.
  let isEqual: @Sendable (NodeConfig) -> Bool
  /// Names of options whose values differ; nil for another type.
  let changes: @Sendable (NodeConfig) -> [String]?
  let check: @Sendable ([LinkedNode]) -> [Problem]
  let value: any Configuration

  init<D: NodeDefinition>(_ definition: D.Type, _ config: D.Config) {
    ports = D.ports(for: config)
    claims = D.claims(of: config)
    make = { D.make(config, $0) }
    json = config.json
    value = config
    isEqual = { ($0.value as? D.Config) == config }
    changes = { other in
      guard let other = other.value as? D.Config else { return nil }
      return D.Config.options.filter { !$0.isEqual(config, other) }.map(\.name)
    }
    check = { D.check(config, linkedTo: $0) }
  }

  /// The options by which another config of the same type differs; nil for another type.
  public func changedOptions(to other: NodeConfig) -> [String]? { changes(other) }

  /// The type opens a listener.
  public var listens: Bool { value is any ListeningConfiguration }

  /// The first port of a direction: what a link means that names none.
  public func mainPort(_ direction: Port.Direction) -> Port? { ports.first { $0.direction == direction } }
}
