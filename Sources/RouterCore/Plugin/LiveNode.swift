/// A node that takes changes of its live options while it runs.
///
/// Every type with a live option makes such nodes. Options that are not live are equal in both configs.
public protocol LiveNode: Node {
  associatedtype Config: Configuration
  /// Takes the options as they stand now; what plays plays on. Called in any state of the node, one call at a time.
  func update(to config: Config) async
}

extension NodeConfig {
  /// Hands the options to a running node of the same type.
  func update(_ node: any Node) async {
    if let node = node as? any LiveNode { await update(live: node) }
  }

  private func update<N: LiveNode>(live node: N) async {
    if let config = value as? N.Config { await node.update(to: config) }
  }
}
