/// A stream's path as it is to be.
struct PathChange {
  let stream: StreamID
  let root: Place
  let parts: PathParts
  let refused: [LinkID: StageRefusal]
  let handoffs: Int
}

extension RunningGraph {
  /// Plans anew every path that a change touches. Streams may close meanwhile; none opens.
  func replan(_ map: PathMap, _ touched: Set<NodeID>) async -> [PathChange] {
    guard !touched.isEmpty else { return [] }
    var changes: [PathChange] = []
    for (id, stream) in streams.sorted(by: { $0.key < $1.key }) {
      guard map.nodes[stream.root.instance.id]?.instance === stream.root.instance,
        PathPlanner.touches(stream.root, nodes: touched, refusedAt: Array(stream.snapshot.refused.keys))
      else { continue }
      var planner = PathPlanner(
        stream: id, offer: stream.offer, origin: stream.root.instance.id, map: map, lastHandoff: stream.lastHandoff)
      let root = await planner.plan(stream.root, in: self)
      changes.append(
        PathChange(
          stream: id, root: root, parts: planner.parts, refused: planner.refused, handoffs: planner.handoffs))
    }
    return changes
  }

  /// Changes all paths: one job on each loop that drives sources, then one on each worker.
  func commitPaths(_ changes: [PathChange], overlap: Duration) async {
    var upper = LoopJobs(overlap: overlap)
    var lower = LoopJobs(overlap: overlap)
    for change in changes {
      guard let stream = streams[change.stream] else {
        await discard(change)
        continue
      }
      var trees: [(loop: Loop, tree: TreeDraft)] = []
      let draft = change.root.draft(change.parts, lower: &trees)
      upper.add(TreeDraft(root: .stream(change.stream), draft: draft), on: stream.loop)
      for (loop, tree) in trees { lower.add(tree, on: loop) }
      let kept = Set(change.root.all.compactMap(\.handoff?.id))
      for old in stream.root.all.compactMap(\.handoff) where !kept.contains(old.id) { lower.end(old) }
    }
    for (loop, edit) in upper.jobs + lower.jobs { await loop.commit(edit) }
    for change in changes where streams[change.stream] != nil { apply(change) }
  }

  private func apply(_ change: PathChange) {
    guard var stream = streams[change.stream] else { return }
    stream.root = change.root
    stream.lastHandoff = change.handoffs
    stream.snapshot.path = change.root.path
    stream.snapshot.node = change.root.instance.id
    let known = stream.snapshot.refused
    stream.snapshot.refused = change.refused.mapValues(\.reason)
    streams[change.stream] = stream
    announce(change.refused.filter { known[$0.key] != $0.value.reason }, of: change.stream)
  }

  /// A stream closed while its new path was planned.
  private func discard(_ change: PathChange) async {
    var lower: [(loop: Loop, tree: TreeDraft)] = []
    let draft = change.root.draft(change.parts, lower: &lower)
    await change.root.loop.discard(draft)
    for (loop, tree) in lower { await loop.discard(tree.draft) }
  }
}

/// What each loop has to change.
private struct LoopJobs {
  let overlap: Duration
  private(set) var jobs: [(loop: Loop, edit: LoopEdit)] = []

  init(overlap: Duration) { self.overlap = overlap }

  mutating func add(_ tree: TreeDraft, on loop: Loop) { jobs[index(of: loop)].edit.trees.append(tree) }
  mutating func end(_ handoff: Place.Handoff) { jobs[index(of: handoff.loop)].edit.endedHandoffs.append(handoff.id) }

  private mutating func index(of loop: Loop) -> Int {
    if let index = jobs.firstIndex(where: { $0.loop === loop }) { return index }
    jobs.append((loop, LoopEdit(overlap: overlap)))
    return jobs.count - 1
  }
}
