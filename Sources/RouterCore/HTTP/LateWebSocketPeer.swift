/// The other side of a WebSocket, from before its connection stands: a goodbye said until then is given when it does.
///
/// Any thread, but not on the data path: it takes a lock.
public final class LateWebSocketPeer: Sendable {
  private struct Connection {
    var peer: (any WebSocketPeer)?
    var goodbye: (code: UInt16, reason: String)?
  }
  private let connection = PthreadLock(Connection())

  public init() {}

  /// The connection stands. One that was ended before is closed at once.
  public func attach(_ peer: any WebSocketPeer) {
    let goodbye = connection.withLock { connection in
      connection.peer = peer
      return connection.goodbye
    }
    if let goodbye { peer.close(code: goodbye.code, reason: goodbye.reason) }
  }

  public var isAttached: Bool { connection.withLock { $0.peer != nil } }

  /// Ends the connection, now or as soon as it stands; answers the other side's goodbye. The first reason counts.
  public func close(code: UInt16, reason: String) {
    let peer = connection.withLock { connection in
      connection.goodbye = connection.goodbye ?? (code, reason)
      return connection.peer
    }
    peer?.close(code: code, reason: reason)
  }

  /// Reads on after a pause; nothing before the connection stands.
  public func resume() { connection.withLock { $0.peer }?.resume() }

  /// Queues a message. - Returns: false before the connection stands, when it is gone, or when its queue is full.
  @discardableResult
  public func send(_ message: WebSocketMessage) -> Bool { connection.withLock { $0.peer }?.send(message) ?? false }
}
