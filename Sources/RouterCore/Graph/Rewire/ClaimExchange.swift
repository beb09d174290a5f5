/// Finds nodes that could take their options in place, were it not for another node: one that holds now what they are to
/// hold, or is to hold what they hold now. Those are replaced, since a hand-over belongs to a replacement. Pure.
struct ClaimExchange {
  private let before: [PlannedNode]
  private let after: [PlannedNode]

  init(_ old: RoutesDocument, _ new: RoutesDocument) {
    before = old.nodes.filter { !$0.settings.isDisabled }
    after = new.nodes.filter { !$0.settings.isDisabled }
  }

  func settle(_ difference: NodeDifference, of old: PlannedNode, _ new: PlannedNode) -> NodeDifference {
    guard difference == .inPlace else { return difference }
    let (had, has) = (Set(old.config.claims.map(\.normal)), Set(new.config.claims.map(\.normal)))
    guard had != has else { return difference }
    let isTaken = before.contains { $0.id != old.id && $0.holds(any: has.subtracting(had)) }
    let isWanted = after.contains { $0.id != new.id && $0.holds(any: had.subtracting(has)) }
    return isTaken || isWanted ? .replacement : .inPlace
  }
}

extension PlannedNode {
  fileprivate func holds(any claims: Set<Claim>) -> Bool {
    config.claims.contains { !$0.isShared && claims.contains($0.normal) }
  }
}
