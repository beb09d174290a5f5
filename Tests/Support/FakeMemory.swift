public import RouterCore

/// What a node remembers, in memory. Any thread.
public final class FakeStore: NodeStore {
  private let values = PthreadLock<[String: JSON]>([:])
  public init() {}
  public func value(_ key: String) async -> JSON? { values.withLock { $0[key] } }
  public func set(_ key: String, to value: JSON) async { values.withLock { $0[key] = value } }
}

/// A WebSocket client that reaches nobody.
public final class UnreachableSockets: WebSocketClient {
  public init() {}
  public func connect(
    to url: String, fields: HTTPFields, subprotocols: [String], messageLimit: Int, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) async throws(HTTPFailure) -> any WebSocketPeer {
    throw HTTPFailure(.connect, "nobody is there")
  }
}
