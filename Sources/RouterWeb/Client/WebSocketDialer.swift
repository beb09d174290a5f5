public import RouterCore

/// Opens WebSockets to servers. The connection lives on the loop it was asked for; names are resolved on a blocking
/// thread. Control side.
///
/// A ping goes out after 20 s of silence and the connection ends after 40 s; it also ends when the server takes nothing
/// for 20 s. Cancelling the task ends the attempt.
public final class WebSocketDialer: WebSocketClient {
  private let blocking: BlockingPool
  private let timeout: Duration
  private let authority: Certificate?
  private let context = PthreadLock<TLSContext?>(nil)

  /// - Parameter timeout: For everything from the name to the answer.
  public convenience init(blocking: BlockingPool, timeout: Duration = .seconds(10)) {
    self.init(blocking: blocking, timeout: timeout, authority: nil)
  }

  /// - Parameter authority: A certificate to trust beside the system's.
  init(blocking: BlockingPool, timeout: Duration, authority: Certificate?) {
    self.blocking = blocking
    self.timeout = timeout
    self.authority = authority
  }

  public func connect(
    to url: String, fields: HTTPFields, subprotocols: [String], messageLimit: Int, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) async throws(HTTPFailure) -> any WebSocketPeer {
    let url = try WebSocketURL(url)
    let exchange = try UpgradeExchange(url, fields: fields, subprotocols: subprotocols, key: HandshakeKey.random())
    let (tls, addresses) = try await blocking.run { self.prepare(url) }.get()
    let attempt = DialAttempt(
      url: url, exchange: exchange, addresses: addresses, tls: tls, messageLimit: messageLimit,
      deadline: loop.time.now + timeout, handler: handler)
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<DialResult, Never>) in
        Task {
          await loop.perform { loop in
            attempt.begin(on: loop) { continuation.resume(returning: $0) }
          }
        }
      }
    } onCancel: {
      Task { await loop.perform { attempt.cancel(on: $0) } }
    }.get()
  }

  /// What blocks: the name and the system's certificates.
  private func prepare(_ url: WebSocketURL) -> Result<(TLSContext?, [SocketAddress]), HTTPFailure> {
    do throws(HTTPFailure) {
      return .success((url.isSecure ? try clientContext() : nil, try SocketAddress.resolve(url.host, port: url.port)))
    } catch {
      return .failure(error)
    }
  }

  private func clientContext() throws(HTTPFailure) -> TLSContext {
    do throws(TLSFailure) {
      return try context.withLock { (known) throws(TLSFailure) in
        if let known { return known }
        let made = try TLSContext(trustsAny: false, authority: authority)
        known = made
        return made
      }
    } catch {
      throw HTTPFailure(.tls, error.message)
    }
  }
}
