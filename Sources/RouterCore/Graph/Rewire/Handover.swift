/// Finds out which old nodes must let go before new ones can prepare. Pure.
struct Handover {
  /// Nodes that run now and are to go, by their old ids.
  let leaving: [PlannedNode]
  /// Nodes that are to come.
  let coming: [PlannedNode]

  /// Ids among `coming` that can prepare only after `leaving` nodes have stopped, and the ids of those.
  var pairs: [(new: NodeID, old: NodeID)] {
    coming.flatMap { new in
      leaving.filter { old in Handover.collide(old, new) }.map { (new.id, $0.id) }
    }
  }

  /// - Returns: Whether both cannot hold what they need at the same time.
  static func collide(_ old: PlannedNode, _ new: PlannedNode) -> Bool {
    if old.id == new.id, old.type.name == new.type.name, new.type.traits.contains(.exclusive) { return true }
    for case .device(let name) in old.config.claims where new.config.claims.contains(.device(name)) { return true }
    for mine in listeners(of: old) {
      for other in listeners(of: new) where mine.address.port != 0 && mine.address.overlaps(other.address) {
        // The same node's routes pass from hand to hand on an open socket.
        if old.id != new.id && sharesRoute(old, new) { return true }
        if mine.address != other.address { return true }
        if let tls = mine.tls, let others = other.tls, tls != others { return true }
      }
    }
    return false
  }

  private static func sharesRoute(_ old: PlannedNode, _ new: PlannedNode) -> Bool {
    old.config.claims.contains { new.config.claims.contains($0) }
  }

  private static func listeners(of node: PlannedNode) -> [(address: PeerAddress, tls: TLSSettings?)] {
    var found: [(address: PeerAddress, tls: TLSSettings?)] = []
    if let listener = (node.config.value as? any ListeningConfiguration)?.listener {
      found.append((listener.listen, listener.tls))
    }
    for case .route(let address, _) in node.config.claims where !found.contains(where: { $0.address == address }) {
      found.append((address, nil))
    }
    return found
  }
}
