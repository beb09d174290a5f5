extension RunningGraph {
  /// Gives every new link, and every link to a new node, the states that hold; takes back from a node that stayed what
  /// came by a link that is gone.
  func tellStates(fresh: Set<NodeID>, _ oldLinks: [PlannedLink]) async {
    let (before, after) = (Set(oldLinks.map(\.id)), Set(links.map(\.id)))
    for link in links where link.kind == .event && (fresh.contains(link.to.node) || !before.contains(link.id)) {
      for state in states[link.from] ?? [] {
        await nodes[link.to.node]?.mailbox.put(state.event.passed(), on: link.to.port)
      }
    }
    for link in oldLinks where link.kind == .event && !after.contains(link.id) && !fresh.contains(link.to.node) {
      for state in states[link.from] ?? [] {
        await nodes[link.to.node]?.mailbox.put(state.event.withdrawn.passed(), on: link.to.port)
      }
    }
  }

  /// A node is gone: its states hold no more, and those they went to hear it.
  func withdrawStates(of id: NodeID, along oldLinks: [PlannedLink]) async {
    for port in states.keys where port.node == id {
      let kept = states.removeValue(forKey: port) ?? []
      for link in oldLinks where link.kind == .event && link.from == port {
        for state in kept {
          await nodes[link.to.node]?.mailbox.put(state.event.withdrawn.passed(), on: link.to.port)
        }
      }
    }
  }

  /// Moves the states of a renamed node under its new id.
  func moveStates(of old: NodeID, to new: NodeID, along oldLinks: [PlannedLink]) async {
    for port in states.keys where port.node == old {
      let kept = states.removeValue(forKey: port) ?? []
      let moved = PortReference(node: new, port: port.port)
      for link in oldLinks where link.kind == .event && link.from == port {
        for state in kept { await nodes[link.to.node]?.mailbox.put(state.event.withdrawn.passed(), on: link.to.port) }
      }
      states[moved] = kept.map { state in
        KeptState(
          event: Event(
            source: moved.description, payload: state.event.payload, key: state.event.key, hops: state.event.hops),
          owner: state.owner)
      }
    }
  }
}
