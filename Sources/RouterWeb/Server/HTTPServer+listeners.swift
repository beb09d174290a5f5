internal import Glibc
internal import RouterCore
internal import Synchronization

/// Listening sockets: opened with the first lease, closed with the last.
extension HTTPServer {
  func locate(_ id: UInt64) -> (Int, Int)? {
    for (index, listener) in listeners.enumerated() {
      if let place = listener.leases.firstIndex(where: { $0.id == id }) { return (index, place) }
    }
    return nil
  }

  /// The listener for those settings; opened if nobody has it.
  func find(_ settings: ListenerSettings) async throws(NodeFailure) -> Int {
    let (address, listen) = try await resolve(settings.listen)
    if settings.listen.port != 0, let index = listeners.firstIndex(where: { $0.core.address == listen }) {
      guard settings.isShared, listeners[index].isShared else {
        throw ListeningSocket.failure("shared", listen, EADDRINUSE)
      }
      guard listeners[index].tls == settings.tls else {
        throw NodeFailure(
          .blocked,
          "\(listen) is shared with node \"\(listeners[index].leases.first?.node ?? "")\", whose \"tls\" differs",
          hint: "set the same \"tls\" or another \"listen\"")
      }
      return index
    }
    let wrap = try await transports(settings.tls)
    names = await blocking.run { Set(LocalNames.current()) }
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
    listeners.append(Listener(core: core, tls: settings.tls, shard: shard, isShared: settings.isShared))
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
  func check(_ lease: Lease, at index: Int) throws(NodeFailure) {
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
  func publish(_ index: Int) {
    var table: [RouteTable.Entry] = []
    var allow: [AddressRange] = []
    for lease in listeners[index].leases {
      let new = entries(lease)
      table.removeAll { old in new.contains { $0.collides(with: old) } }
      table += new
      allow += lease.allow
    }
    if let authority = authority(of: listeners[index], allow), !table.contains(where: { $0.collides(with: authority) })
    {
      table.append(authority)
    }
    let core = listeners[index].core
    let limits = listeners[index].leases.map(\.limits)
    core.update(
      table: RouteTable(table), allow: allow,
      limits: limits.dropFirst().reduce(limits.first ?? core.limits) { $0.joined(with: $1) })
    core.update(rule: AccessRule(served: names.union([core.address.host])))
  }

  /// `/ca.crt`: on listeners with a certificate of the local authority, and on plain ones with a page, where it can be
  /// fetched before it is trusted. A node's own route comes first.
  private func authority(of listener: Listener, _ allow: [AddressRange]) -> RouteTable.Entry? {
    let hasPage = listener.leases.contains { lease in
      lease.routes.contains { $0.access == .page && $0.method == "GET" }
    }
    guard listener.tls == .auto || listener.tls == .off && hasPage else { return nil }
    let identities = identities
    let route = Route("GET", "/ca.crt") { _ in
      guard let certificate = identities.authorityPEM else {
        return .text("404 Not Found: no listener has tls: auto\n", status: 404)
      }
      return HTTPResponse(
        fields: HTTPFields([("Content-Type", "application/x-x509-ca-cert")]), body: .bytes(certificate))
    }
    return RouteTable.Entry(route, node: "", lease: 0, allow: allow)
  }

  func closeIfUnused(_ core: ListenerCore) async {
    guard let index = listeners.firstIndex(where: { $0.core === core }), listeners[index].leases.isEmpty else { return }
    await close(listeners.remove(at: index))
  }

  func close(_ listener: Listener) async {
    let core = listener.core
    core.isClosing.store(true, ordering: .relaxed)
    await listener.shard.perform { loop, shard in shard.removeAcceptor(of: core, on: loop) }
    for shard in shards {
      await shard.perform { loop, shard in
        for connection in shard.connections.values where connection.listener === core { connection.windDown(on: loop) }
      }
    }
  }
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
