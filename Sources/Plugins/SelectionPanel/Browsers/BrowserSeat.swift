import RouterCore

/// One browser's connection.
struct BrowserSeat: Sendable {
  /// Bytes of the longest message that is read; a longer one closes with 1009.
  static let messageLimit = 65_536
  /// Messages that may wait for the node.
  static let backlog = 256

  let peer: any WebSocketPeer
  /// Its messages that wait for the node.
  let waiting: TextBacklog
  /// The state its page was told last.
  var state: String?

  init(peer: any WebSocketPeer, waiting: TextBacklog) {
    self.peer = peer
    self.waiting = waiting
  }
}

/// What browsers do, in order.
enum BrowserMessage: Sendable {
  case joined(UInt64, BrowserSeat)
  case said(UInt64, [UInt8])
  case left(UInt64)
}
