extension RoutesReader {
  /// Sinks that take one stream at a time and can be reached by several sources.
  mutating func checkOneStream() {
    var before: [NodeID: [NodeID]] = [:]
    for link in document.links where link.kind == .audio { before[link.to.node, default: []].append(link.from.node) }
    for node in document.nodes where node.type.traits.contains(.oneStream) && !node.settings.isDisabled {
      let sources = sources(of: node.id, before)
      guard sources.count > 1 else { continue }
      var problem = Problem(
        .warning, path: "",
        message: "plays one stream at a time, and \(sources.joined(separator: " and ")) can reach it",
        hint: "put a mixer in front to hear them together")
      problem.aim = .key
      problems.append(problem.under(node.id).under("nodes"))
    }
  }

  /// The nodes whose streams arrive: sources and mixers, not what streams only pass.
  private func sources(of node: NodeID, _ before: [NodeID: [NodeID]]) -> [NodeID] {
    var found: Set<NodeID> = []
    var seen: Set<NodeID> = [node]
    var queue = before[node] ?? []
    var head = 0
    while head < queue.count {
      let id = queue[head]
      head += 1
      guard seen.insert(id).inserted, let other = self.node(id), !other.settings.isDisabled else { continue }
      let takesSound = other.config.ports.contains { $0.direction == .input && $0.isAudio }
      if !takesSound || other.type.traits.contains(.mixes) {
        found.insert(id)
      } else {
        queue += before[id] ?? []
      }
    }
    return document.nodes.map(\.id).filter(found.contains)
  }

  /// Asks each type about the nodes at the other ends of its links.
  mutating func checkLinkedNodes() {
    for node in document.nodes {
      let found = node.config.check(linked(to: node))
      problems += found.map { $0.under(node.id).under("nodes") }
    }
  }

  private func linked(to node: PlannedNode) -> [LinkedNode] {
    document.links.compactMap { link in
      let isOutput = link.from.node == node.id
      guard isOutput || link.to.node == node.id else { return nil }
      let (own, theirs) = isOutput ? (link.from, link.to) : (link.to, link.from)
      let direction: Port.Direction = isOutput ? .output : .input
      let port = node.config.ports.first { $0.name == own.port && $0.direction == direction }
      guard let other = self.node(theirs.node), let port else { return nil }
      return LinkedNode(
        id: other.id, type: other.type.name, config: other.config.value, port: theirs.port, own: port)
    }
  }
}
