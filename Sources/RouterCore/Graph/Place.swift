/// A place of a stream's path as the control side knows it: the loop's ``Branch`` without its stage.
struct Place: Sendable {
  let id: PlaceID
  let instance: NodeInstance
  /// The link that leads here; empty at the root.
  var link: LinkID
  /// The input port it arrives at; empty at the root.
  let port: String
  /// What arrives here.
  let format: StreamFormat
  /// What leaves, and by which port; nil at a sink.
  let output: Output?
  /// The loop that lends to this place.
  let loop: Loop
  /// Where the node works, if that is another loop.
  let handoff: Handoff?
  var below: [Place] = []

  struct Output: Sendable {
    let port: String
    let format: StreamFormat
  }

  /// The lower half of a place on a worker.
  struct Handoff: Sendable {
    let id: HandoffID
    /// The place on the worker where the node's stage works.
    let place: PlaceID
    let loop: Loop
  }

  /// The loop of the places below.
  var loopBelow: Loop { handoff?.loop ?? loop }

  /// This place and every place below it, upstream first.
  var all: [Place] { [self] + below.flatMap(\.all) }

  /// Ids of the nodes passed, upstream first.
  var path: [NodeID] { all.map(\.instance.id) }
}

/// What was made for the new places of one path, until the loops take it.
struct PathParts: Sendable {
  var stages: [PlaceID: Crate<any Stage>] = [:]
  var readers: [HandoffID: Crate<HandoffReader>] = [:]
}

extension Place {
  /// The tree of this place on its own loop; the trees of its handoffs are added to `lower`, upper ones first.
  func draft(_ parts: PathParts, lower: inout [(loop: Loop, tree: TreeDraft)]) -> BranchDraft {
    guard let handoff else {
      return draft(id, link: link, parts, below: below.map { $0.draft(parts, lower: &lower) })
    }
    let slot = lower.count
    var deeper: [(loop: Loop, tree: TreeDraft)] = []
    let root = draft(handoff.place, link: "", parts, below: below.map { $0.draft(parts, lower: &deeper) })
    lower.insert(
      (handoff.loop, TreeDraft(root: .handoff(handoff.id, parts.readers[handoff.id]), draft: root)), at: slot)
    lower += deeper
    return draft(id, link: link, parts, below: [])
  }

  private func draft(_ place: PlaceID, link: LinkID, _ parts: PathParts, below: [BranchDraft]) -> BranchDraft {
    BranchDraft(
      place: place, node: instance.id, link: link, format: format, fresh: parts.stages[place], below: below)
  }
}
