import RouterCore

/// The TLS side of listeners with the same settings; its certificate may be renewed under them. Any thread.
final class ServerIdentity: Sendable {
  private let context: PthreadLock<TLSContext>

  init(_ context: TLSContext) { self.context = PthreadLock(context) }

  /// TLS over an accepted non-blocking socket, which the transport owns from now on.
  /// - Throws: `TLSFailure` if there is no memory; then the descriptor is closed.
  func transport(descriptor: Int32) throws(TLSFailure) -> TLSTransport {
    try context.withLock { $0 }.transport(descriptor: descriptor)
  }

  /// Connections from now on get the new certificate; those there are keep theirs.
  func replace(_ new: TLSContext) { context.withLock { $0 = new } }
}
