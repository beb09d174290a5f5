public import RouterCore

/// The other side of a WebSocket in a test: keeps what is sent to it.
public final class FakeWebSocketPeer: WebSocketPeer {
  public let address: PeerAddress
  private struct State {
    var sent: [WebSocketMessage] = []
    var closed: (code: UInt16, reason: String)?
    var resumed = 0
  }
  private let state = PthreadLock(State())

  public init(address: PeerAddress = PeerAddress(host: "127.0.0.1", port: 5000)) { self.address = address }

  public var sent: [WebSocketMessage] { state.withLock { $0.sent } }
  public var closed: (code: UInt16, reason: String)? { state.withLock { $0.closed } }
  /// How often reading was resumed.
  public var resumed: Int { state.withLock { $0.resumed } }

  public func send(_ message: WebSocketMessage) -> Bool {
    state.withLock { state in
      if state.closed != nil { return false }
      state.sent.append(message)
      return true
    }
  }
  public func close(code: UInt16, reason: String) {
    state.withLock { $0.closed = $0.closed ?? (code, reason) }
  }
  public func resume() { state.withLock { $0.resumed += 1 } }
}
