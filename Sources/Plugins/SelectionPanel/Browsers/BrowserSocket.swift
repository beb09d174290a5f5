import RouterCore
import Synchronization

/// Messages of one browser that its node has not taken yet. Any thread.
final class BrowserBacklog: Sendable {
  /// More than these close the connection.
  static let limit = 256
  private let count = Atomic<Int>(0)

  /// - Returns: false when there are too many already.
  func add() -> Bool { count.add(1, ordering: .relaxed).newValue <= BrowserBacklog.limit }
  func take() { count.subtract(1, ordering: .relaxed) }
}

/// One browser's connection.
struct BrowserSeat: Sendable {
  let peer: any WebSocketPeer
  /// Its messages that wait for the node.
  let waiting: BrowserBacklog
}

/// What browsers do, in order.
enum BrowserMessage: Sendable {
  case joined(UInt64, BrowserSeat)
  case said(UInt64, [UInt8])
  case left(UInt64)
}

/// The data half of one browser: hands its words to the node. Confined to the connection's loop.
final class BrowserSocket: WebSocketHandler {
  /// Bytes of the longest message that is read; a longer one closes with 1009.
  static let messageLimit = 65_536

  private let id: UInt64
  private let backlog: BrowserBacklog
  private let inbox: AsyncStream<BrowserMessage>.Continuation

  init(id: UInt64, backlog: BrowserBacklog, inbox: AsyncStream<BrowserMessage>.Continuation) {
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
