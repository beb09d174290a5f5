/// Ways of one change that overlap: what has to be cleared away when they are done. Confined to its loop.
struct TreeOverlap {
  /// Ways that end, with the place they hang on.
  var outgoing: [(parent: Branch, top: Branch)] = []
  /// Ends of ways that go on elsewhere.
  var leaves: [(parent: Branch, leaf: Branch)] = []
  /// Beginnings of new ways; the place that goes on hangs below each.
  var joints: [(parent: Branch, joint: Branch)] = []

  var isEmpty: Bool { outgoing.isEmpty && leaves.isEmpty && joints.isEmpty }

  /// Ends the overlap and leaves the trees as they are from now on.
  /// - Returns: Traffic of the ways that ended.
  func clear() -> [LinkID: Traffic] {
    var past: [LinkID: Traffic] = [:]
    for (parent, top) in outgoing {
      top.finish(.disconnected)
      parent.below.removeAll { $0 === top }
      past[top.link, default: Traffic()] += top.traffic
      for child in (top.stage as? OutgoingStage)?.parked ?? [] {
        child.visit { if !$0.link.isEmpty { past[$0.link, default: Traffic()] += $0.traffic } }
      }
    }
    for (parent, joint) in joints {
      joint.stage.finish(.disconnected, joint)
      guard let index = parent.below.firstIndex(where: { $0 === joint }), let branch = joint.below.first else {
        continue
      }
      parent.below[index] = branch
    }
    for (parent, leaf) in leaves { parent.below.removeAll { $0 === leaf } }
    return past
  }
}
