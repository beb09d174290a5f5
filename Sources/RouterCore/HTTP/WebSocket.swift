/// What a node answers to an upgrade request.
public enum WebSocketAnswer: Sendable {
  /// By HTTP status, before the 101.
  case refuse(HTTPResponse)
  case accept(WebSocketAcceptance)
  /// The greeting, then what the feed carries from now on, one message a write; what the peer says is ignored. The
  /// feed's framing is `.webSocketBinary`.
  case live(any LiveFeed, greeting: [WebSocketMessage])
}

public struct WebSocketAcceptance: Sendable {
  /// Echoed if offered.
  public var subprotocol: String?
  /// Written in one flush with the 101.
  public var greeting: [WebSocketMessage]
  /// Largest message in bytes, 1 to 16 MiB; a larger one closes with 1009.
  public var messageLimit: Int
  /// Sends a ping after this much silence and closes after twice as much without any byte; nil never pings.
  public var pingEvery: Duration?
  /// Makes the data half, on the connection's loop, after the 101 and before the first message.
  public var handler: @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler

  public init(
    subprotocol: String? = nil, greeting: [WebSocketMessage] = [], messageLimit: Int = 1 << 20,
    pingEvery: Duration? = nil,
    handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) {
    self.subprotocol = subprotocol
    self.greeting = greeting
    self.messageLimit = messageLimit
    self.pingEvery = pingEvery
    self.handler = handler
  }
}

public enum WebSocketMessage: Sendable, Equatable {
  case text(String)
  case binary([UInt8])
}

/// A message lent from the receive buffer, unmasked in place. 16-byte aligned.
public struct WebSocketLoan: ~Escapable {
  public let payload: RawSpan
  /// Text is valid UTF-8.
  public let isText: Bool
  public let arrival: Instant

  @_lifetime(copy payload)
  public init(payload: RawSpan, isText: Bool, arrival: Instant) {
    self.payload = payload
    self.isText = isText
    self.arrival = arrival
  }
}

/// What a handler wants after a message.
public enum WebSocketVerdict: Sendable, Equatable {
  case go
  /// Reads no more from this socket until `peer.resume()`.
  case pause
  /// 1000 to 4999, as RFC 6455 allows.
  case close(code: UInt16, reason: String)
}

/// The data half of one WebSocket. Confined to the connection's loop.
public protocol WebSocketHandler: AnyObject {
  /// Data thread.
  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict
  /// The peer said goodbye; nothing comes from it any more. Before ``closed(code:reason:on:)``.
  func closing(code: UInt16, reason: String, on loop: isolated Loop) -> WebSocketGoodbye
  /// The last call.
  /// - Parameter code: What the peer said; 1005 without a code, 1006 without a Close frame.
  func closed(code: UInt16, reason: String, on loop: isolated Loop)
}

extension WebSocketHandler {
  public func closing(code: UInt16, reason: String, on loop: isolated Loop) -> WebSocketGoodbye { .echo }
}

/// What a handler answers to the peer's Close frame.
public enum WebSocketGoodbye: Sendable, Equatable {
  /// At once, with the peer's own code.
  case echo
  /// At once. 1000 to 4999, as RFC 6455 allows.
  case reply(code: UInt16, reason: String)
  /// By `peer.close(code:reason:)`, once something is done; after 5 s the server answers by itself.
  case later
}

/// The other side of one WebSocket. Any thread.
public protocol WebSocketPeer: Sendable {
  var address: PeerAddress { get }
  /// Queues a message. - Returns: false when the connection is gone or its queue is full; then nothing is sent.
  @discardableResult
  func send(_ message: WebSocketMessage) -> Bool
  /// Queues messages that belong together: all of them or none, in one write.
  @discardableResult
  func send(_ messages: [WebSocketMessage]) -> Bool
  /// The same for messages that others get, too.
  @discardableResult
  func send(_ batch: WebSocketBatch) -> Bool
  /// Starts the closing handshake after what is queued.
  func close(code: UInt16, reason: String)
  /// Reads on after a `pause`.
  func resume()
}

extension WebSocketPeer {
  /// One after the other.
  @discardableResult
  public func send(_ messages: [WebSocketMessage]) -> Bool { messages.allSatisfy { send($0) } }

  @discardableResult
  public func send(_ batch: WebSocketBatch) -> Bool { send(batch.messages) }
}
