/// Changes the trees of one loop from what they are to what the drafts say, in one job between two packets.
///
/// Carried places keep their objects, stages and counts. A place whose way in changes gets a ``Seam`` there, if its
/// sound can be mixed; else the old way's tail flows into it at once. Ways that nobody needs are finished, after the
/// overlap where there is one.
struct TreeRebuild {
  private let overlap: Duration
  private var branches: [PlaceID: Branch] = [:]
  private var parents: [PlaceID: Branch] = [:]
  /// What hung below each place that is carried.
  private var oldBelow: [PlaceID: [Branch]] = [:]
  private var carried: Set<PlaceID> = []
  private var newParents: [PlaceID: Branch] = [:]
  /// Tops of ways that go on for the overlap, with the frames they still get.
  private var outgoing: [PlaceID: Int] = [:]
  /// What stands for a carried place below a place that ends.
  private var leaves: [PlaceID: Branch] = [:]
  private(set) var transition = TreeOverlap()
  private(set) var pastTraffic: [LinkID: Traffic] = [:]

  /// - Parameters:
  ///   - roots: The trees as they are, those that end included.
  init(of roots: [Branch], overlap: Duration) {
    self.overlap = overlap
    for root in roots { index(root) }
  }

  private mutating func index(_ branch: Branch) {
    branches[branch.place] = branch
    for child in branch.below {
      parents[child.place] = branch
      index(child)
    }
  }

  /// - Returns: The new roots, in the order of the drafts.
  mutating func run(_ drafts: [BranchDraft], ending roots: [Branch]) -> [Branch] {
    for draft in drafts { markCarried(draft) }
    let built = drafts.map { build($0) }
    for place in carried.sorted() { mend(place) }
    for place in oldBelow.keys.sorted() {
      for child in oldBelow[place] ?? [] where !carried.contains(child.place) { end(child, below: branches[place]) }
    }
    for root in roots { end(root, below: nil) }
    return built
  }

  private mutating func markCarried(_ draft: BranchDraft) {
    if draft.fresh == nil, branches[draft.place] != nil { carried.insert(draft.place) }
    for child in draft.below { markCarried(child) }
  }

  private mutating func build(_ draft: BranchDraft) -> Branch {
    let below = draft.below.map { build($0) }
    let branch: Branch
    if let fresh = draft.fresh {
      branch = Branch(
        place: draft.place, node: draft.node, link: draft.link, format: draft.format, stage: fresh.take(), below: below)
    } else if let old = branches[draft.place] {
      branch = old
      relink(old, draft)
      oldBelow[draft.place] = old.below
      old.below = below
    } else {
      preconditionFailure("place \(draft.place) of node \(draft.node) is carried over, but not there")
    }
    for child in below { newParents[child.place] = branch }
    return branch
  }

  /// A place under another link counts anew.
  private mutating func relink(_ branch: Branch, _ draft: BranchDraft) {
    branch.node = draft.node
    guard branch.link != draft.link else { return }
    pastTraffic[branch.link, default: Traffic()] += branch.traffic
    branch.traffic = Traffic()
    branch.link = draft.link
  }

  // MARK: Seams

  /// Joins the old and the new way into a carried place, where they differ.
  private mutating func mend(_ place: PlaceID) {
    guard let branch = branches[place], let old = parents[place], let new = newParents[place], old !== new else {
      return
    }
    let isOldKept = carried.contains(old.place)
    let fork = isOldKept ? nil : top(above: old)
    guard let frames = overlapFrames(into: branch, from: old, fork: fork) else {
      if !isOldKept { leaves[place] = Branch(node: branch.node, format: branch.format, stage: TailWay(into: branch)) }
      return
    }
    let seam = Seam(into: branch, length: frames.seam, oldEndsByCount: isOldKept)
    let leaf = Branch(node: branch.node, format: branch.format, stage: OldWay(seam))
    if isOldKept {
      old.below.insert(leaf, at: 0)
      transition.leaves.append((old, leaf))
    } else if let fork {
      leaves[place] = leaf
      outgoing[fork.top.place] = max(outgoing[fork.top.place] ?? 0, frames.top)
    }
    let joint = Branch(node: branch.node, format: branch.format, stage: NewWay(seam))
    joint.below = [branch]
    if let index = new.below.firstIndex(where: { $0 === branch }) { new.below[index] = joint }
    transition.joints.append((new, joint))
  }

  /// The highest place of a way that ends, and the carried place it hangs on; nil if all of it ends.
  private func top(above branch: Branch) -> (top: Branch, parent: Branch)? {
    var top = branch
    while let parent = parents[top.place] {
      if carried.contains(parent.place) { return (top, parent) }
      top = parent
    }
    return nil
  }

  /// Frames of the overlap at the place and at the top of the way that ends; nil if there can be none.
  private func overlapFrames(
    into branch: Branch, from old: Branch, fork: (top: Branch, parent: Branch)?
  ) -> (seam: Int, top: Int)? {
    guard overlap > .zero, branch.format.codec == .pcm else { return nil }
    let wanted = max(1, Int(Int64(branch.format.sampleRate) * overlap.nanoseconds / 1_000_000_000))
    if carried.contains(old.place) {
      return contains(old, under: branch) ? nil : (wanted, wanted)
    }
    guard let fork, fork.top.format.codec == .pcm, !contains(fork.parent, under: branch) else { return nil }
    // Whole frames at both ends, where the rates allow it.
    let (rate, topRate) = (branch.format.sampleRate, fork.top.format.sampleRate)
    let unit = rate / greatestDivisor(rate, topRate)
    let seam = unit <= wanted * 2 ? max(1, (wanted + unit / 2) / unit) * unit : wanted
    return (seam, max(1, seam * topRate / rate))
  }

  private func greatestDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestDivisor(b, a % b) }

  private func contains(_ branch: Branch, under top: Branch) -> Bool {
    top === branch || top.below.contains { contains(branch, under: $0) }
  }

  // MARK: Ends

  private mutating func end(_ top: Branch, below parent: Branch?) {
    replaceCarried(under: top)
    if let parent, let frames = outgoing[top.place] {
      top.stage = OutgoingStage(top.stage, format: top.format, frames: frames)
      parent.below.insert(top, at: 0)
      transition.outgoing.append((parent, top))
      return
    }
    top.finish(.disconnected)
    top.visit { if !$0.link.isEmpty { pastTraffic[$0.link, default: Traffic()] += $0.traffic } }
  }

  private func replaceCarried(under branch: Branch) {
    branch.below = branch.below.compactMap { child in
      guard carried.contains(child.place) else { return child }
      return leaves[child.place]
    }
    for child in branch.below { replaceCarried(under: child) }
  }
}
