import RouterCore

/// The clients of one text endpoint.
struct SocketList {
  /// Clients at a time; more are answered 503.
  static let most = 128

  private var peers: [UInt64: any WebSocketPeer] = [:]

  var count: Int { peers.count }
  var isFull: Bool { peers.count >= SocketList.most }

  mutating func join(_ client: UInt64, _ peer: any WebSocketPeer) { peers[client] = peer }
  mutating func leave(_ client: UInt64) { peers[client] = nil }

  func send(_ text: String, to client: UInt64) {
    guard let peer = peers[client] else { return }
    // A client that takes nothing has a megabyte waiting: it is gone, or as good as gone.
    if !peer.send(.text(text)) { peer.close(code: 1008, reason: "takes nothing") }
  }

  func send(_ text: String, to clients: [UInt64]) {
    for client in clients { send(text, to: client) }
  }

  func sendToAll(_ text: String) { send(text, to: peers.keys.sorted()) }
}
