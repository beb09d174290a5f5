import RouterCore

/// Which addresses each node listens on: port 0 became a number, and people ask for it. Any thread.
final class AddressBook: Sendable {
  private let addresses = PthreadLock<[NodeID: [PeerAddress]]>([:])

  func add(_ address: PeerAddress, of node: NodeID) { addresses.withLock { $0[node, default: []].append(address) } }

  func remove(_ address: PeerAddress, of node: NodeID) {
    addresses.withLock { all in
      guard let index = all[node]?.firstIndex(of: address) else { return }
      all[node]?.remove(at: index)
    }
  }

  func all(of node: NodeID) -> [PeerAddress] { addresses.withLock { $0[node] ?? [] } }
}

/// The web server as one node sees it: what it leases is written into the address book and the log.
struct BookedWebServer: WebServer {
  let server: any WebServer
  let book: AddressBook
  let log: Log
  let limits: ListenerLimits

  func lease(_ routes: [Route], on listener: ListenerSettings, by node: NodeID) async throws(NodeFailure)
    -> any WebLease
  {
    let lease = try await server.lease(routes, on: listener.limited(by: limits), by: node)
    book.add(lease.address, of: node)
    log.debug("listening", ("address", lease.address.description))
    return BookedLease(lease: lease, node: node, book: book, limits: limits)
  }

  func makeFeed(_ settings: FeedSettings) -> any LiveFeed { server.makeFeed(settings) }
}

private struct BookedLease: WebLease {
  let lease: any WebLease
  let node: NodeID
  let book: AddressBook
  let limits: ListenerLimits
  var address: PeerAddress { lease.address }

  func replace(_ routes: [Route]) async throws(NodeFailure) { try await lease.replace(routes) }
  func update(_ listener: ListenerSettings) async { await lease.update(listener.limited(by: limits)) }

  func release() async {
    book.remove(lease.address, of: node)
    await lease.release()
  }
}

extension ListenerSettings {
  /// With the document's limits where the node says none.
  fileprivate func limited(by document: ListenerLimits) -> ListenerSettings {
    var settings = self
    if limits == ListenerLimits() { settings.limits = document }
    return settings
  }
}
