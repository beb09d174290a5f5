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

/// TCP and TLS connections in a world without servers.
public final class UnreachableStreams: ByteStreamClient {
  public init() {}
  public func connect(
    to target: ByteStreamTarget, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any ByteStreamPeer) -> any ByteStreamHandler
  ) async throws(HTTPFailure) -> any ByteStreamPeer {
    throw HTTPFailure(.connect, "nobody is there")
  }
}
