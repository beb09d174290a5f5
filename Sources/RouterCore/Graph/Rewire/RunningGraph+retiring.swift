/// Old nodes that give things back behind the scenes.
struct Retirement {
  let nodes: [PlannedNode]
  let task: Task<Void, Never>
}

extension RunningGraph {
  /// Stops old nodes behind the scenes; their streams and states go with them.
  func retire(_ gone: [RunningNode], within limit: Duration) {
    guard !gone.isEmpty else { return }
    let task = Task {
      await self.stop(gone, within: limit)
      for old in gone { await self.forget(old) }
      self.retired()
    }
    retiring.append(Retirement(nodes: gone.map(\.plan), task: task))
    retirings += 1
  }

  /// Returns when every node that went has given everything back.
  func waitForRetired() async {
    for one in retiring { await one.task.value }
  }

  /// Returns when what nodes of earlier rewires still hold is no more in the way of new ones.
  func waitForRetiring(inTheWayOf coming: [PlannedNode]) async {
    for one in retiring where !Handover(leaving: one.nodes, coming: coming).pairs.isEmpty { await one.task.value }
  }

  private func retired() {
    retirings -= 1
    if retirings == 0 { retiring = [] }
  }

  private func forget(_ old: RunningNode) async {
    for (id, stream) in streams where stream.root.instance === old.instance { await close(id, .stopping) }
    await withdrawStates(of: old.instance)
    // What it counted while it stopped.
    if nodes[old.plan.id] == nil { metrics.remove(node: old.plan.id) }
  }
}
