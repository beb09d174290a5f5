import RouterCore

/// One WebSocket client of a dashboard.
struct PageSeat: Sendable {
  /// Bytes of the longest message that is read.
  static let messageLimit = 4_096
  /// Messages that may wait: nobody presses so fast.
  static let backlog = 64

  /// What it speaks.
  enum Kind: Sendable {
    /// The page itself.
    case page
    /// A controller on `/control`.
    case control
    /// A reader of `/metadata`.
    case metadata
  }
  let kind: Kind
  let peer: any WebSocketPeer
  /// Whether it may press buttons.
  var isTrusted: Bool
  /// Its messages that wait for the node.
  let waiting: TextBacklog
  /// The newest line of the log it was told.
  var logSeen = 0
}

/// What clients do, in order.
enum PageMessage: Sendable {
  case joined(UInt64, PageSeat)
  case said(UInt64, [UInt8])
  case left(UInt64)
}
