import RouterCore

/// The least level that is logged, for the router and for each node. Any thread.
final class LogLevels: Sendable {
  /// Of the router's own parts, and of nodes that set none.
  let base: LogThreshold
  private let nodes = PthreadLock<[NodeID: LogThreshold]>([:])

  init(_ level: LogLevel) { base = LogThreshold(level) }

  /// A node's threshold; the same one for as long as the node is in the document.
  func threshold(of plan: PlannedNode) -> LogThreshold {
    nodes.withLock { nodes in
      if let known = nodes[plan.id] { return known }
      let new = LogThreshold(plan.settings.logLevel ?? base.level)
      nodes[plan.id] = new
      return new
    }
  }

  /// Takes over the levels of a document.
  /// - Parameter renamed: Old id to new id: the node goes on with the threshold it has.
  func apply(_ document: RoutesDocument, renamed: [NodeID: NodeID]) {
    base.level = document.log.level
    nodes.withLock { nodes in
      for (old, new) in renamed { nodes[new] = nodes[old] ?? nodes[new] }
      var kept: [NodeID: LogThreshold] = [:]
      for node in document.nodes {
        let level = node.settings.logLevel ?? document.log.level
        let threshold = nodes[node.id] ?? LogThreshold(level)
        threshold.level = level
        kept[node.id] = threshold
      }
      nodes = kept
    }
  }
}
