import RouterCore
import Synchronization

/// One WebSocket client of a dashboard.
struct PageSeat: Sendable {
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
  let waiting: PageBacklog
  /// The newest line of the log it was told.
  var logSeen = 0
}

/// Messages of one client that its node has not taken yet. Any thread.
final class PageBacklog: Sendable {
  /// More than these close the connection: nobody presses so fast.
  static let limit = 64
  private let count = Atomic<Int>(0)

  /// - Returns: false when there are too many already.
  func add() -> Bool { count.add(1, ordering: .relaxed).newValue <= PageBacklog.limit }
  func take() { count.subtract(1, ordering: .relaxed) }
}

/// What clients do, in order.
enum PageMessage: Sendable {
  case joined(UInt64, PageSeat)
  case said(UInt64, [UInt8])
  case left(UInt64)
}

/// The data half of one client: hands its messages to the node. Confined to the connection's loop.
final class PageSocket: WebSocketHandler {
  /// Bytes of the longest message that is read.
  static let messageLimit = 4_096

  private let id: UInt64
  private let backlog: PageBacklog
  private let inbox: AsyncStream<PageMessage>.Continuation

  init(id: UInt64, backlog: PageBacklog, inbox: AsyncStream<PageMessage>.Continuation) {
    self.id = id
    self.backlog = backlog
    self.inbox = inbox
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    guard message.isText else { return .go }
    guard backlog.add() else { return .close(code: 1008, reason: "too many messages") }
    inbox.yield(.said(id, unsafe message.payload.withUnsafeBytes { unsafe [UInt8]($0) }))
    return .go
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) { inbox.yield(.left(id)) }
}
