internal import Glibc
internal import RouterCore
internal import Synchronization

/// The web server: listening sockets by address, each shared by the nodes that lease routes on it. Control side.
///
/// A later lease of the same node takes over the routes it names, so a node can be replaced on an open socket.
actor HTTPServer: WebServer {
  private struct Lease {
    let id: UInt64
    let node: NodeID
    var routes: [Route]
    let settings: ListenerSettings
    let allow: [AddressRange]
  }

  private struct Listener {
    let core: ListenerCore
    let tls: TLSSettings
    /// Where its acceptor lives.
    let shard: ShardHandle
    var leases: [Lease] = []
  }

  private nonisolated let shards: [ShardHandle]
  private nonisolated let metrics: WebMetrics
  private let identities: ServerIdentities
  private let blocking: BlockingPool
  private var listeners: [Listener] = []
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
    let lease = Lease(id: lastLease, node: node, routes: routes, settings: listener, allow: allow)
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
  func refreshNames() {
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

  // MARK: Listeners

  private func locate(_ id: UInt64) -> (Int, Int)? {
    for (index, listener) in listeners.enumerated() {
      if let place = listener.leases.firstIndex(where: { $0.id == id }) { return (index, place) }
    }
    return nil
  }

  /// The listener for those settings; opened if nobody has it.
  private func find(_ settings: ListenerSettings) async throws(NodeFailure) -> Int {
    let (address, listen) = try await resolve(settings.listen)
    if settings.listen.port != 0, let index = listeners.firstIndex(where: { $0.core.address == listen }) {
      guard listeners[index].tls == settings.tls else {
        throw NodeFailure(
          .blocked,
          "\(listen) is shared with node \"\(listeners[index].leases.first?.node ?? "")\", whose \"tls\" differs",
          hint: "set the same \"tls\" or another \"listen\"")
      }
      return index
    }
    let wrap = try await transports(settings.tls)
    let descriptor = try ListeningSocket.open(address, for: listen)
    let core = ListenerCore(
      address: SocketAddress.local(of: descriptor), isTLS: settings.tls != .off, limits: settings.limits,
      metrics: metrics, wrap: wrap)
    let shard = shards[listeners.count % shards.count]
    let shards = shards
    let failure = await withCheckedContinuation { (continuation: CheckedContinuation<SystemError?, Never>) in
      shard.post { loop, shard in
        do throws(SystemError) {
          try shard.add(Acceptor(core: core, descriptor: descriptor, shards: shards), on: loop)
          continuation.resume(returning: nil)
        } catch {
          continuation.resume(returning: error)
        }
      }
    }
    if let failure {
      _ = Glibc.close(descriptor)
      throw NodeFailure(.blocked, "cannot listen on \(listen): \(failure)")
    }
    listeners.append(Listener(core: core, tls: settings.tls, shard: shard))
    return listeners.count - 1
  }

  /// - Returns: the kernel's form, and the same as text.
  private func resolve(_ listen: PeerAddress) async throws(NodeFailure) -> (SocketAddress, PeerAddress) {
    let host = listen.host == "localhost" ? "127.0.0.1" : listen.host
    if let address = SocketAddress(host: host, port: listen.port) { return (address, address.peer) }
    guard let address = await blocking.run({ SocketAddress(resolving: host, port: listen.port) }) else {
      throw NodeFailure(
        .blocked, "cannot listen on \(listen): \"\(listen.host)\" is no address of this machine",
        hint: "write a numeric address, 0.0.0.0 for all")
    }
    return (address, address.peer)
  }

  private func transports(_ tls: TLSSettings) async throws(NodeFailure)
    -> @Sendable (Int32) -> sending (any Transport)?
  {
    guard tls != .off else { return { PlainTransport(descriptor: $0) } }
    let identities = identities
    let result = await blocking.run { () -> Result<ServerIdentity?, TLSFailure> in
      do throws(TLSFailure) { return .success(try identities.identity(for: tls)) } catch { return .failure(error) }
    }
    switch result {
    case .success(let identity): return { try? identity?.transport(descriptor: $0) }
    case .failure(let failure): throw NodeFailure(.blocked, "TLS: \(failure)")
    }
  }

  /// Refuses routes that another node has.
  private func check(_ lease: Lease, at index: Int) throws(NodeFailure) {
    let new = entries(lease)
    for other in listeners[index].leases where other.node != lease.node {
      for entry in entries(other) {
        guard let clash = new.first(where: { $0.collides(with: entry) }) else { continue }
        throw NodeFailure(
          .blocked,
          "\(clash.route.method) \(clash.route.path) on \(listeners[index].core.address) belongs to node \"\(other.node)\"",
          hint: "set another \"listen\" or path")
      }
    }
  }

  private func entries(_ lease: Lease) -> [RouteTable.Entry] {
    lease.routes.map { RouteTable.Entry($0, node: lease.node, lease: lease.id, allow: lease.allow) }
  }

  /// Hands the connections of a listener its present routes; of one node's leases the later wins. Limits of several
  /// nodes join to the more generous.
  private func publish(_ index: Int) {
    var table: [RouteTable.Entry] = []
    var allow: [AddressRange] = []
    for lease in listeners[index].leases {
      let new = entries(lease)
      table.removeAll { old in new.contains { $0.collides(with: old) } }
      table += new
      allow += lease.allow
    }
    let core = listeners[index].core
    let limits = listeners[index].leases.map(\.settings.limits)
    core.update(
      table: RouteTable(table), allow: allow,
      limits: limits.dropFirst().reduce(limits.first ?? core.limits) { $0.joined(with: $1) })
    core.update(rule: AccessRule(served: ServedNames.current().union([core.address.host])))
  }

  private func closeIfUnused(_ core: ListenerCore) async {
    guard let index = listeners.firstIndex(where: { $0.core === core }), listeners[index].leases.isEmpty else { return }
    await close(listeners.remove(at: index))
  }

  private func close(_ listener: Listener) async {
    let core = listener.core
    core.isClosing.store(true, ordering: .relaxed)
    await listener.shard.perform { loop, shard in shard.removeAcceptor(of: core, on: loop) }
    for shard in shards {
      await shard.perform { loop, shard in
        for connection in shard.connections.values where connection.listener === core { connection.windDown(on: loop) }
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

/// A node's hold on its routes.
private struct HeldLease: WebLease {
  let server: HTTPServer
  let id: UInt64
  let address: PeerAddress

  func replace(_ routes: [Route]) async throws(NodeFailure) { try await server.replace(routes, of: id) }
  func release() async { await server.release(id) }
}

extension ListenerLimits {
  /// The more generous of each.
  fileprivate func joined(with other: ListenerLimits) -> ListenerLimits {
    var both = self
    both.connections = max(connections, other.connections)
    both.connectionsPerAddress = max(connectionsPerAddress, other.connectionsPerAddress)
    both.headerBytes = max(headerBytes, other.headerBytes)
    both.headerSeconds = max(headerSeconds, other.headerSeconds)
    both.bodySeconds = max(bodySeconds, other.bodySeconds)
    both.idleSeconds = max(idleSeconds, other.idleSeconds)
    both.writeSeconds = max(writeSeconds, other.writeSeconds)
    return both
  }
}
