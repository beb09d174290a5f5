extension Loop {
  /// Puts a stream's new path, all of it new places, under this loop. Control side.
  func open(_ id: StreamID, _ draft: BranchDraft) {
    var rebuild = TreeRebuild(of: [], overlap: .zero)
    for root in rebuild.run([draft], ending: []) { sources[id] = StreamSource(id: id, root: root) }
  }

  /// Changes every path that a rewire touches, in one job: no stream sees half of it. Control side.
  func commit(_ edit: LoopEdit) {
    settleOverlaps()
    var ending: [Branch] = []
    for id in edit.endedHandoffs {
      guard let handoff = handoffs.removeValue(forKey: id) else { continue }
      handoff.reader.drain(into: handoff.source)
      ending.append(handoff.source.root)
    }
    // A stream that closed since the drafts were made is left alone; what was made for it is thrown away.
    let trees = edit.trees.filter { tree in
      if exists(tree.root) { return true }
      discard(tree.draft)
      return false
    }
    var rebuild = TreeRebuild(of: trees.compactMap { root(of: $0.root) } + ending, overlap: edit.overlap)
    let roots = rebuild.run(trees.map(\.draft), ending: ending)
    for (tree, root) in zip(trees, roots) { put(root, at: tree.root) }
    for (link, traffic) in rebuild.pastTraffic { pastTraffic[link, default: Traffic()] += traffic }
    guard !rebuild.transition.isEmpty else { return }
    overlaps.append(rebuild.transition)
    schedule(at: time.now + edit.overlap + edit.overlap + .milliseconds(50)) { $0.settleOverlaps() }
  }

  /// Throws away what was made for a path that is not to be.
  func discard(_ draft: BranchDraft) {
    if let stage = draft.fresh?.takeIfThere() {
      Branch(node: draft.node, format: draft.format, stage: stage).finish(.disconnected)
    }
    for child in draft.below { discard(child) }
  }

  private func settleOverlaps() {
    for overlap in overlaps {
      for (link, traffic) in overlap.clear() where !link.isEmpty { pastTraffic[link, default: Traffic()] += traffic }
    }
    overlaps = []
  }

  private func exists(_ root: TreeDraft.Root) -> Bool {
    switch root {
    case .stream(let id): sources[id] != nil
    case .handoff(let id, let reader): reader != nil || handoffs[id] != nil
    }
  }

  private func root(of root: TreeDraft.Root) -> Branch? {
    switch root {
    case .stream(let id): sources[id]?.root
    case .handoff(let id, _): handoffs[id]?.source.root
    }
  }

  private func put(_ branch: Branch, at root: TreeDraft.Root) {
    switch root {
    case .stream(let id): sources[id]?.root = branch
    case .handoff(let id, let reader):
      if let reader {
        handoffs[id] = (reader.take(), StreamSource(id: id.stream, root: branch))
      } else {
        handoffs[id]?.source.root = branch
      }
    }
  }
}
