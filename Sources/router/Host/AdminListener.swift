import RouterCore

/// The admin API's listener, which may move while it is in use. Belongs to the host; changes come one at a time.
///
/// A move is first tried (`move`), then settled or taken back, as the rewire it belongs to succeeds or fails.
final class AdminListener {
  private struct Seat {
    var lease: any WebLease
    var settings: ListenerSettings
  }

  private let server: any WebServer
  private let routes: [Route]
  private var seat: Seat?
  /// The seat before a move that is not settled; without a lease if it had to close first.
  private var before: (lease: (any WebLease)?, settings: ListenerSettings)?

  init(server: any WebServer, routes: [Route]) {
    self.server = server
    self.routes = routes
  }

  /// Where the API answers: `http://127.0.0.1:8700`.
  var url: String? {
    seat.map { "\($0.settings.tls == .off ? "http" : "https")://\($0.lease.address)" }
  }

  /// - Throws: `NodeFailure` if there is no token and other machines could connect, or the address is taken.
  func open(_ document: RoutesDocument) async throws(NodeFailure) {
    let settings = try Self.settings(of: document)
    seat = Seat(lease: try await server.lease(routes, on: settings, by: "admin"), settings: settings)
  }

  /// Opens what another document wants; does nothing if that is what we have.
  ///
  /// The new listener is open before the old one closes. Where both cannot be open at once (one port, another address
  /// or TLS), the old one closes first and comes back if the new one cannot be opened.
  func move(to document: RoutesDocument) async throws(NodeFailure) {
    let wanted = try Self.settings(of: document)
    guard let seat, wanted != seat.settings else { return }
    let sharesPort = wanted.listen.port == seat.settings.listen.port && wanted.listen.port != 0
    let isInTheWay = sharesPort && (wanted.listen != seat.settings.listen || wanted.tls != seat.settings.tls)
    before = (isInTheWay ? nil : seat.lease, seat.settings)
    if isInTheWay { await seat.lease.release() }
    do throws(NodeFailure) {
      self.seat = Seat(lease: try await server.lease(routes, on: wanted, by: "admin"), settings: wanted)
    } catch {
      self.seat = nil
      try await takeBack()
      throw error
    }
  }

  /// The move stays: the old listener closes. - Returns: whether there was one.
  func settle() async -> Bool {
    guard let before else { return false }
    self.before = nil
    await before.lease?.release()
    return true
  }

  /// The move is undone.
  /// - Throws: `NodeFailure` if the old address was taken meanwhile; then nobody listens.
  func takeBack() async throws(NodeFailure) {
    guard let before else { return }
    self.before = nil
    let new = seat?.lease
    if let lease = before.lease {
      seat = Seat(lease: lease, settings: before.settings)
      await new?.release()
    } else {
      seat = nil
      await new?.release()
      let lease = try await server.lease(routes, on: before.settings, by: "admin")
      seat = Seat(lease: lease, settings: before.settings)
    }
  }

  func close() async {
    await before?.lease?.release()
    await seat?.lease.release()
    seat = nil
  }

  private static func settings(of document: RoutesDocument) throws(NodeFailure) -> ListenerSettings {
    let admin = document.admin
    if admin.token == nil, !admin.listen.isLoopback {
      throw NodeFailure(
        .blocked, "admin.listen \(admin.listen) can be reached from other machines, but there is no admin.token",
        hint: "set admin.token (\"$NAME\" or {\"file\": \"path\"}), or listen on 127.0.0.1")
    }
    return ListenerSettings(listen: admin.listen, tls: admin.tls, limits: document.limits)
  }
}
