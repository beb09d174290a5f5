extension RoutesReader {
  /// What only one node can hold is claimed by one; listeners do not get in each other's way.
  mutating func checkClaims() {
    var holders: [Claim: NodeID] = [:]
    var listeners: [(node: NodeID, address: PeerAddress, tls: TLSSettings?)] = []
    for node in document.nodes where !node.settings.isDisabled {
      for claim in node.config.claims {
        guard let holder = holders.updateValue(node.id, forKey: claim.normal), holder != node.id else { continue }
        holders[claim.normal] = holder
        if !claim.isShared { report(claim, of: node.id, heldBy: holder) }
      }
      for listener in self.listeners(of: node) {
        checkListener(listener, of: node.id, beside: listeners)
        listeners.append((node.id, listener.address, listener.tls))
      }
    }
  }

  private mutating func report(_ claim: Claim, of node: NodeID, heldBy holder: NodeID) {
    switch claim {
    case .route(let address, let route):
      reportClaim(node, "\(route) on \(address) belongs to node \"\(holder)\"", hint: "take another port or path")
    case .device(let name):
      reportClaim(node, "device \"\(name)\" belongs to node \"\(holder)\"", hint: "only one node can hold it")
    }
  }

  /// The addresses a node opens, and the TLS it wants there where that is known.
  private func listeners(of node: PlannedNode) -> [(address: PeerAddress, tls: TLSSettings?)] {
    var found: [(address: PeerAddress, tls: TLSSettings?)] = []
    if let listener = (node.config.value as? any ListeningConfiguration)?.listener {
      found.append((listener.listen, listener.tls))
    }
    for case .route(let address, _) in node.config.claims where !found.contains(where: { $0.address == address }) {
      found.append((address, nil))
    }
    return found
  }

  private mutating func checkListener(
    _ own: (address: PeerAddress, tls: TLSSettings?), of node: NodeID,
    beside others: [(node: NodeID, address: PeerAddress, tls: TLSSettings?)]
  ) {
    if own.address.overlaps(document.admin.listen) {
      reportClaim(
        node, "listens on \(own.address), but \(document.admin.listen) is the admin API's", hint: "take another port")
    }
    guard let other = others.first(where: { $0.node != node && $0.address.overlaps(own.address) }) else { return }
    if other.address != own.address {
      reportClaim(
        node, "listens on \(own.address), but node \"\(other.node)\" has \(other.address)",
        hint: "a port is opened once: say the same address in both, or take another port")
    } else if let tls = own.tls, let others = other.tls, tls != others {
      reportClaim(
        node, "shares \(own.address) with node \"\(other.node)\", but their \"tls\" differs",
        hint: "say the same in both")
    }
  }

  private mutating func reportClaim(_ node: NodeID, _ message: String, hint: String) {
    var problem = Problem(path: "", message: message, hint: hint)
    problem.aim = .key
    problems.append(problem.under(node).under("nodes"))
  }
}

extension Claim {
  /// Names of parameters do not distinguish routes.
  var normal: Claim {
    guard case .route(let address, let route) = self else { return self }
    let segments = route.split(separator: "/", omittingEmptySubsequences: false)
    return .route(address, segments.map { $0.hasPrefix("{") ? "{}" : String($0) }.joined(separator: "/"))
  }

  /// Port 0 is another port for each node.
  var isShared: Bool {
    guard case .route(let address, _) = self else { return false }
    return address.port == 0
  }
}
