extension RunningGraph {
  /// Makes the running graph that of another document.
  public func rewire(
    to document: RoutesDocument, options: RewireOptions, save: @Sendable () async throws(RewireRefusal) -> Void
  ) async throws(RewireRefusal) -> RewirePlan {
    var old = RoutesDocument()
    old.nodes = order.compactMap { nodes[$0]?.plan }
    old.links = links
    let plan = RewirePlan(from: old, to: document)
    try await save()
    for id in plan.removed + plan.replaced {
      await nodes[id]?.supervisor?.stop()
      nodes[id] = nil
    }
    links = document.links
    order = []
    for node in document.nodes {
      if nodes[node.id] == nil {
        add(node)
      } else {
        nodes[node.id]?.plan = node
        order.append(node.id)
      }
    }
    let fresh = (plan.added + plan.replaced).compactMap { nodes[$0]?.supervisor }
    for supervisor in fresh { await supervisor.start() }
    for supervisor in fresh { await supervisor.waitForFirstTry() }
    return plan
  }
}
