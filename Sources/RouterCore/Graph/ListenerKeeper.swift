/// The web server as one node sees it: keeps all the node has leased at what its options say now. Any thread.
///
/// So `allow` and `limits` are live for every node that listens, and no node need know.
final class ListenerKeeper: WebServer {
  private struct State {
    var lastLease: UInt64 = 0
    var leases: [UInt64: any WebLease] = [:]
    /// nil until the options change.
    var listener: ListenerSettings?
  }
  private let server: any WebServer
  private let state = PthreadLock(State())

  init(_ server: any WebServer) { self.server = server }

  /// The node's options have changed; what it leases later follows them too.
  func update(_ listener: ListenerSettings) async {
    let leases = state.withLock { state in
      state.listener = listener
      return Array(state.leases.values)
    }
    for lease in leases { await lease.update(listener) }
  }

  func lease(_ routes: [Route], on listener: ListenerSettings, by node: NodeID) async throws(NodeFailure)
    -> any WebLease
  {
    let lease = try await server.lease(routes, on: listener, by: node)
    let (id, newest) = state.withLock { state in
      state.lastLease += 1
      state.leases[state.lastLease] = lease
      return (state.lastLease, state.listener)
    }
    // They may have changed while the port was being opened.
    if let newest { await lease.update(newest) }
    return KeptLease(lease: lease, id: id, keeper: self)
  }

  func makeFeed(_ settings: FeedSettings) -> any LiveFeed { server.makeFeed(settings) }

  fileprivate func forget(_ id: UInt64) { state.withLock { $0.leases[id] = nil } }
}

private struct KeptLease: WebLease {
  let lease: any WebLease
  let id: UInt64
  let keeper: ListenerKeeper

  var address: PeerAddress { lease.address }
  func replace(_ routes: [Route]) async throws(NodeFailure) { try await lease.replace(routes) }
  func update(_ listener: ListenerSettings) async { await lease.update(listener) }

  func release() async {
    keeper.forget(id)
    await lease.release()
  }
}
