/// The difference of two documents by nodes and links. Pure.
public struct RewirePlan: Sendable, Equatable {
  /// By the id in the new document; `removed` by the id in the old one.
  public var added: [NodeID] = []
  public var removed: [NodeID] = []
  public var replaced: [NodeID] = []
  public var updated: [NodeID] = []
  public var kept: [NodeID] = []
  /// Old id to new id.
  public var renamed: [NodeID: NodeID] = [:]
  public var linksAdded: [LinkID] = []
  public var linksRemoved: [LinkID] = []

  public init(from old: RoutesDocument, to new: RoutesDocument) {
    let before = Dictionary(uniqueKeysWithValues: old.nodes.map { ($0.id, $0) })
    let after = Set(new.nodes.map(\.id))
    removed = old.nodes.map(\.id).filter { !after.contains($0) }
    for node in new.nodes { sort(node, before[node.id]) }
    let (links, known) = (Set(new.links.map(\.id)), Set(old.links.map(\.id)))
    linksAdded = new.links.map(\.id).filter { !known.contains($0) }
    linksRemoved = old.links.map(\.id).filter { !links.contains($0) }
  }

  private mutating func sort(_ node: PlannedNode, _ old: PlannedNode?) {
    guard let old else { return added.append(node.id) }
    let changes = old.config.changedOptions(to: node.config)
    if changes == [] {
      if old.settings == node.settings { kept.append(node.id) } else { updated.append(node.id) }
    } else {
      replaced.append(node.id)
    }
  }
}
