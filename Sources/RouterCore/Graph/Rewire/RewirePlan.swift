/// The difference between two documents, by nodes and links. Pure.
///
/// A node that goes and one that comes with the same type and options, if there is just one such pair, is a rename: it
/// runs on under its new id.
public struct RewirePlan: Sendable, Equatable {
  public var added: [NodeID] = []
  /// By their old ids.
  public var removed: [NodeID] = []
  /// Made anew: the type or an option that is not live differs.
  public var replaced: [NodeID] = []
  /// Changed in place: live options, the common members of a node, or its id; also switched on or off.
  public var updated: [NodeID] = []
  public var kept: [NodeID] = []
  /// New ids of renamed nodes, by their old ones; they count as updated.
  public var renamed: [NodeID: NodeID] = [:]
  public var linksAdded: [LinkID] = []
  public var linksRemoved: [LinkID] = []

  public init() {}

  public init(from old: RoutesDocument, to new: RoutesDocument) {
    let before = Dictionary(old.nodes.map { ($0.id, $0) }) { first, _ in first }
    let after = Dictionary(new.nodes.map { ($0.id, $0) }) { first, _ in first }
    renamed = RewirePlan.renames(old.nodes.filter { after[$0.id] == nil }, new.nodes.filter { before[$0.id] == nil })
    let origins = Dictionary(uniqueKeysWithValues: renamed.map { ($1, $0) })
    for node in new.nodes {
      guard let known = before[origins[node.id] ?? node.id] else {
        added.append(node.id)
        continue
      }
      switch ClaimExchange(old, new).settle(NodeDifference(from: known, to: node), of: known, node) {
      case .none: kept.append(node.id)
      case .inPlace: updated.append(node.id)
      case .replacement: replaced.append(node.id)
      }
    }
    removed = old.nodes.map(\.id).filter { after[$0] == nil && renamed[$0] == nil }
    let (oldLinks, newLinks) = (Set(old.links.map(\.id)), Set(new.links.map(\.id)))
    linksAdded = new.links.map(\.id).filter { !oldLinks.contains($0) }
    linksRemoved = old.links.map(\.id).filter { !newLinks.contains($0) }
  }

  /// Nothing is different.
  public var isEmpty: Bool {
    added.isEmpty && removed.isEmpty && replaced.isEmpty && updated.isEmpty && linksAdded.isEmpty
      && linksRemoved.isEmpty
  }

  private static func renames(_ gone: [PlannedNode], _ come: [PlannedNode]) -> [NodeID: NodeID] {
    var renames: [NodeID: NodeID] = [:]
    for old in gone {
      let twins = gone.filter { isSame($0, old) }
      let matches = come.filter { isSame($0, old) }
      if twins.count == 1, let match = matches.first, matches.count == 1 { renames[old.id] = match.id }
    }
    return renames
  }

  private static func isSame(_ a: PlannedNode, _ b: PlannedNode) -> Bool {
    a.type.name == b.type.name && a.config.isEqual(b.config) && a.settings.isDisabled == b.settings.isDisabled
  }
}

/// How far a node's entry differs from the one before. Pure.
enum NodeDifference: Equatable {
  case none
  case inPlace
  case replacement

  init(from old: PlannedNode, to new: PlannedNode) {
    if old.type.name != new.type.name {
      self = .replacement
      return
    }
    let changed = old.config.changedOptions(to: new.config) ?? []
    let isLive = changed.allSatisfy { name in new.type.options.contains { $0.name == name && $0.isLive } }
    let isSameShape = new.config.keepsPorts(of: old.config)
    let isSwitched = old.settings.isDisabled || new.settings.isDisabled
    if !(isLive && isSameShape) && !isSwitched {
      self = .replacement
    } else {
      self = changed.isEmpty && old.settings == new.settings && old.id == new.id ? .none : .inPlace
    }
  }
}
