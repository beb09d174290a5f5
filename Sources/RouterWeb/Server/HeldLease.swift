internal import RouterCore

/// A node's hold on its routes.
struct HeldLease: WebLease {
  let server: HTTPServer
  let id: UInt64
  let address: PeerAddress

  func replace(_ routes: [Route]) async throws(NodeFailure) { try await server.replace(routes, of: id) }
  func update(_ listener: ListenerSettings) async { await server.update(listener, of: id) }
  func release() async { await server.release(id) }
}
