import RouterCore

/// What came of dialling.
typealias DialResult = Result<any WebSocketPeer, HTTPFailure>

/// Everything one dialling needs, and the way to it for the task that waits.
///
/// `@unchecked Sendable`: `connection` and `isCancelled` are touched on the loop only, which both methods take.
final class DialAttempt: @unchecked Sendable {
  let url: WebSocketURL
  let exchange: UpgradeExchange
  let addresses: [SocketAddress]
  let tls: TLSContext?
  let messageLimit: Int
  let deadline: Instant
  let handler: @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  private weak var connection: DialedConnection?
  private var isCancelled = false

  init(
    url: WebSocketURL, exchange: UpgradeExchange, addresses: [SocketAddress], tls: TLSContext?, messageLimit: Int,
    deadline: Instant, handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) {
    self.url = url
    self.exchange = exchange
    self.addresses = addresses
    self.tls = tls
    self.messageLimit = messageLimit
    self.deadline = deadline
    self.handler = handler
  }

  func begin(on loop: isolated Loop, completion: @escaping @Sendable (DialResult) -> Void) {
    if isCancelled { return completion(.failure(HTTPFailure(.broken, "cancelled"))) }
    let connection = DialedConnection(self, completion: completion)
    self.connection = connection
    connection.start(on: loop)
  }

  /// Ends the attempt; a connection that is open already stays.
  func cancel(on loop: isolated Loop) {
    isCancelled = true
    connection?.fail(HTTPFailure(.broken, "cancelled"), on: loop)
  }
}
