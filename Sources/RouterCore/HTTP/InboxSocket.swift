internal import Synchronization

/// Messages of one client that its node has not taken yet. Any thread.
package final class TextBacklog: Sendable {
  /// So many may wait; one more closes the connection.
  private let limit: Int
  private let count = Atomic<Int>(0)

  package init(limit: Int) { self.limit = limit }

  /// - Returns: false when there are too many already.
  func add() -> Bool { count.add(1, ordering: .relaxed).newValue <= limit }
  package func take() { count.subtract(1, ordering: .relaxed) }
}

/// The data half of a WebSocket whose texts a node takes in its own time: hands them on in order, and closes with 1008
/// whoever says more than the backlog holds. Binary messages are let pass. Confined to the connection's loop.
package final class InboxSocket: WebSocketHandler {
  private let backlog: TextBacklog
  private let said: @Sendable ([UInt8]) -> Void
  private let left: @Sendable () -> Void

  /// - Parameters:
  ///   - said: Gets each text; whoever takes it tells the backlog. On the loop; it must not wait.
  ///   - left: The last call.
  package init(
    _ backlog: TextBacklog, said: @escaping @Sendable ([UInt8]) -> Void, left: @escaping @Sendable () -> Void
  ) {
    self.backlog = backlog
    self.said = said
    self.left = left
  }

  package func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    guard message.isText else { return .go }
    guard backlog.add() else { return .close(code: 1008, reason: "too many messages") }
    said(unsafe message.payload.withUnsafeBytes { unsafe [UInt8]($0) })
    return .go
  }

  package func closed(code: UInt16, reason: String, on loop: isolated Loop) { left() }
}
