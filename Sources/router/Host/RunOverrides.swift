import RouterCore

/// What the command line says against the document, for as long as the process runs.
struct RunOverrides: Sendable {
  /// `-v`: logs at level debug.
  var isVerbose = false
  /// `--web-only`: nodes that open a sound device are disabled.
  var isWebOnly = false
  /// `--no-save`: changes stay in memory.
  var keepsFile = false
  /// `--once`: pollers and what they feed, without listeners.
  var isOnce = false

  func apply(to document: inout RoutesDocument) {
    if isVerbose { document.log.level = .debug }
    if isOnce { document.keepPollers() }
    guard isWebOnly else { return }
    for index in document.nodes.indices where document.nodes[index].type.traits.contains(.soundDevice) {
      document.nodes[index].settings.isDisabled = true
    }
  }
}

extension RoutesDocument {
  /// The nodes that poll, of those that are not disabled.
  var pollers: [NodeID] {
    nodes.filter { $0.type.traits.contains(.poller) && !$0.settings.isDisabled }.map(\.id)
  }

  /// Leaves the nodes that poll and those their events reach; nodes that listen are left out.
  mutating func keepPollers() {
    let listening = Set(nodes.filter { $0.config.listens }.map(\.id))
    var kept = Set(pollers)
    var fresh = Array(kept)
    while let node = fresh.popLast() {
      for link in links where link.kind == .event && link.from.node == node && !listening.contains(link.to.node) {
        if kept.insert(link.to.node).inserted { fresh.append(link.to.node) }
      }
    }
    nodes.removeAll { !kept.contains($0.id) }
    links.removeAll { !kept.contains($0.from.node) || !kept.contains($0.to.node) }
  }
}
