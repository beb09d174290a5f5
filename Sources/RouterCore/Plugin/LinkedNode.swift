/// A node at the other end of a link, as `NodeDefinition.check(_:linkedTo:)` sees it.
public struct LinkedNode: Sendable {
  public let id: NodeID
  public let type: String
  public let config: any Configuration
  /// Their port.
  public let port: String
  /// The port of the node that is checked, and its direction.
  public let own: Port

  public init(id: NodeID, type: String, config: any Configuration, port: String, own: Port) {
    self.id = id
    self.type = type
    self.config = config
    self.port = port
    self.own = own
  }
}
