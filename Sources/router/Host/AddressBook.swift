import RouterCore

/// Which addresses each node listens on: port 0 became a number, and people ask for it. Any thread.
final class AddressBook: Sendable {
  typealias EntryID = UInt64

  private struct State {
    var last: EntryID = 0
    /// In the order they were opened.
    var entries: [NodeID: [(id: EntryID, address: PeerAddress)]] = [:]
    var nodes: [EntryID: NodeID] = [:]
  }
  private let state = PthreadLock(State())

  func add(_ address: PeerAddress, of node: NodeID) -> EntryID {
    state.withLock { state in
      state.last += 1
      state.entries[node, default: []].append((state.last, address))
      state.nodes[state.last] = node
      return state.last
    }
  }

  func remove(_ entry: EntryID) {
    state.withLock { state in
      guard let node = state.nodes.removeValue(forKey: entry) else { return }
      state.entries[node]?.removeAll { $0.id == entry }
      if state.entries[node]?.isEmpty == true { state.entries[node] = nil }
    }
  }

  /// The node is called something else now and listens on.
  func rename(_ old: NodeID, to new: NodeID) {
    state.withLock { state in
      guard let moved = state.entries.removeValue(forKey: old) else { return }
      for entry in moved { state.nodes[entry.id] = new }
      state.entries[new] = ((state.entries[new] ?? []) + moved).sorted { $0.id < $1.id }
    }
  }

  /// In the order they were opened.
  func all(of node: NodeID) -> [PeerAddress] {
    state.withLock { ($0.entries[node] ?? []).map(\.address) }
  }
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
    let entry = book.add(lease.address, of: node)
    log.debug("listening", ("address", lease.address.description))
    return BookedLease(lease: lease, entry: entry, book: book, limits: limits)
  }

  func makeFeed(_ settings: FeedSettings) -> any LiveFeed { server.makeFeed(settings) }
}

private struct BookedLease: WebLease {
  let lease: any WebLease
  let entry: AddressBook.EntryID
  let book: AddressBook
  let limits: ListenerLimits
  var address: PeerAddress { lease.address }

  func replace(_ routes: [Route]) async throws(NodeFailure) { try await lease.replace(routes) }
  func update(_ listener: ListenerSettings) async { await lease.update(listener.limited(by: limits)) }

  func release() async {
    book.remove(entry)
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
