/// A node that takes changes of its live options while it runs.
///
/// Every type with a live option makes such nodes. Options that are not live are equal in both configs. What
/// `listenerOptions` brings is applied to the node's leases before; the node itself sees to its `token`.
public protocol LiveNode: Node {
  associatedtype Config: Configuration
  /// Looks whether the options could be taken, where that is not sure (a port among them); changes nothing. Called
  /// before a rewire is decided.
  /// - Throws: `NodeFailure`: the rewire is refused.
  func probe(_ config: Config) async throws(NodeFailure)
  /// Takes the options as they stand now; what plays plays on. Called in any state of the node, one call at a time.
  func update(to config: Config) async
}

extension LiveNode {
  public func probe(_ config: Config) async throws(NodeFailure) {}
}

extension NodeConfig {
  /// Hands the options to a running node of the same type.
  func update(_ node: any Node) async {
    if let node = node as? any LiveNode { await update(live: node) }
  }

  /// Asks a running node of the same type whether it could take the options.
  func probe(_ node: any Node) async throws(NodeFailure) {
    if let node = node as? any LiveNode { try await probe(live: node) }
  }

  private func update<N: LiveNode>(live node: N) async {
    if let config = value as? N.Config { await node.update(to: config) }
  }

  private func probe<N: LiveNode>(live node: N) async throws(NodeFailure) {
    if let config = value as? N.Config { try await node.probe(config) }
  }
}
