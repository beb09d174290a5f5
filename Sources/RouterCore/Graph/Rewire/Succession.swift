/// The nodes of one rewire: who stays, who comes, who goes.
struct Succession {
  /// A node that comes, and the one it follows.
  struct Heir {
    let node: RunningGraph.RunningNode
    /// nil for a node that was not there or was disabled.
    let old: RunningGraph.RunningNode?
    /// The old one ran when the rewire began; it may have had to stop since.
    let followsRunning: Bool
    /// The new node prepares only when the old ones named in `letGo` have stopped.
    var waits = false
  }
  var heirs: [Heir] = []
  /// Running nodes that go without a successor.
  var leaving: [RunningGraph.RunningNode] = []
  /// Running nodes that must stop before others can prepare.
  var letGo: [RunningGraph.RunningNode] = []
  /// All nodes after the rewire.
  var next: [NodeID: RunningGraph.RunningNode] = [:]
  /// Running nodes that take their options in place.
  var updated: [RunningGraph.RunningNode] = []

  /// Every node that goes.
  var gone: [RunningGraph.RunningNode] { leaving + heirs.compactMap(\.old) }
}

extension RunningGraph {
  /// Works out who comes and goes; makes the new nodes, starts none.
  func succession(to document: RoutesDocument, _ plan: RewirePlan) -> Succession {
    var all = Succession()
    let origins = Dictionary(uniqueKeysWithValues: plan.renamed.map { ($1, $0) })
    let replaced = Set(plan.replaced)
    for entry in document.nodes {
      let old = nodes[origins[entry.id] ?? entry.id]
      let isOn = !entry.settings.isDisabled
      if var old, !replaced.contains(entry.id), (old.supervisor != nil) == isOn {
        let isChanged = plan.updated.contains(entry.id)
        old.plan = entry
        if isChanged && isOn { all.updated.append(old) }
        all.next[entry.id] = old
        continue
      }
      let new = make(entry, role: .pending)
      all.next[entry.id] = new
      let predecessor = old?.supervisor == nil ? nil : old
      if isOn {
        all.heirs.append(
          .init(node: new, old: predecessor, followsRunning: predecessor?.instance.state == .running))
      } else if let predecessor {
        all.leaving.append(predecessor)
      }
    }
    for id in plan.removed { if let old = nodes[id], old.supervisor != nil { all.leaving.append(old) } }
    let pairs = Handover(leaving: all.gone.map(\.plan), coming: all.heirs.map(\.node.plan)).pairs
    for index in all.heirs.indices {
      all.heirs[index].waits = pairs.contains { $0.new == all.heirs[index].node.plan.id }
    }
    all.letGo = all.gone.filter { old in pairs.contains { $0.old == old.plan.id } }
    return all
  }
}
