internal import RouterCore
internal import Synchronization

/// The web server: listening sockets by address, each shared by the nodes that lease routes on it. Control side.
///
/// A later lease of the same node takes over the routes it names, so a node can be replaced on an open socket.
actor HTTPServer: WebServer {
  /// What one node holds.
  struct Lease {
    let id: UInt64
    let node: NodeID
    var routes: [Route]
    var limits: ListenerLimits
    var allow: [AddressRange]
  }

  /// One listening address and who shares it.
  struct Listener {
    let core: ListenerCore
    let tls: TLSSettings
    /// Where its acceptor lives.
    let shard: ShardHandle
    /// Other nodes may put routes on it.
    let isShared: Bool
    var leases: [Lease] = []
  }

  nonisolated let shards: [ShardHandle]
  nonisolated let metrics: WebMetrics
  let identities: ServerIdentities
  let blocking: BlockingPool
  var listeners: [Listener] = []
  /// Names and addresses of this machine.
  var names: Set<String> = []
  private var lastLease: UInt64 = 0
  private var isStopped = false
  // One change at a time, also across awaits.
  private var isBusy = false
  private var queue: [CheckedContinuation<Void, Never>] = []

  init(shards: [ShardHandle], identities: ServerIdentities, blocking: BlockingPool, metrics: WebMetrics) {
    self.shards = shards
    self.identities = identities
    self.blocking = blocking
    self.metrics = metrics
  }

  nonisolated func makeFeed(_ settings: FeedSettings) -> any LiveFeed {
    Feed(settings, shards: shards, skipped: metrics.skippedBytes)
  }

  // MARK: Leases

  func lease(_ routes: [Route], on listener: ListenerSettings, by node: NodeID) async throws(NodeFailure)
    -> any WebLease
  {
    await enter()
    defer { leave() }
    guard !isStopped else { throw NodeFailure(.broken, "the web server has stopped") }
    var allow: [AddressRange] = []
    for text in listener.allow {
      guard let range = AddressRange(text) else {
        throw NodeFailure(.broken, "allow: \"\(text)\" is no address range", hint: "write it like 192.168.0.0/16")
      }
      allow.append(range)
    }
    let index = try await find(listener)
    lastLease += 1
    let lease = Lease(id: lastLease, node: node, routes: routes, limits: listener.limits, allow: allow)
    do throws(NodeFailure) {
      try check(lease, at: index)
    } catch {
      await closeIfUnused(listeners[index].core)
      throw error
    }
    listeners[index].leases.append(lease)
    publish(index)
    return HeldLease(server: self, id: lease.id, address: listeners[index].core.address)
  }

  func replace(_ routes: [Route], of id: UInt64) async throws(NodeFailure) {
    await enter()
    defer { leave() }
    guard let (index, place) = locate(id) else { throw NodeFailure(.broken, "the lease was released before") }
    var lease = listeners[index].leases[place]
    lease.routes = routes
    try check(lease, at: index)
    listeners[index].leases[place] = lease
    publish(index)
  }

  /// Ranges were checked with the document; what is none lets nobody in.
  func update(_ listener: ListenerSettings, of id: UInt64) async {
    await enter()
    defer { leave() }
    guard let (index, place) = locate(id) else { return }
    listeners[index].leases[place].allow = listener.allow.compactMap { AddressRange($0) }
    listeners[index].leases[place].limits = listener.limits
    publish(index)
  }

  func release(_ id: UInt64) async {
    await enter()
    defer { leave() }
    guard let (index, place) = locate(id) else { return }
    let lease = listeners[index].leases.remove(at: place)
    publish(index)
    let core = listeners[index].core
    let heir = listeners[index].leases.last { $0.node == lease.node }?.id
    for shard in shards {
      await shard.perform { loop, shard in
        for connection in shard.connections.values where connection.lease == id {
          if let heir { connection.lease = heir } else { connection.windDown(on: loop) }
        }
      }
    }
    await closeIfUnused(core)
  }

  /// Names and addresses may change while we run. Asked by the host now and then.
  func refreshNames() async {
    names = await blocking.run { Set(LocalNames.current()) }
    for index in listeners.indices { publish(index) }
  }

  // MARK: Stop

  /// Stops accepting, lets connections finish, closes what is left after `grace`.
  func stop(grace: Duration) async {
    await enter()
    defer { leave() }
    isStopped = true
    for listener in listeners { await close(listener) }
    listeners = []
    for shard in shards {
      await withCheckedContinuation { continuation in
        shard.post { loop, shard in
          shard.drain(until: loop.time.now + grace, on: loop) { continuation.resume() }
        }
      }
    }
  }

  // MARK: One at a time

  private func enter() async {
    if isBusy { await withCheckedContinuation { queue.append($0) } } else { isBusy = true }
  }

  private func leave() {
    if queue.isEmpty { isBusy = false } else { queue.removeFirst().resume() }
  }
}
