import RouterCore
import Synchronization

/// The data half of a text endpoint (`/control`, `/metadata`, `/stats`): copies what it hears for a conversation.
///
/// Messages of one client are answered in order. A client that talks faster than it is answered is not read meanwhile.
/// Confined to the connection's loop.
final class TextSocket: WebSocketHandler {
  private let conversation: Conversation

  /// - Parameter talk: Lives until the connection is over; runs on the control side.
  init(_ peer: any WebSocketPeer, _ talk: @escaping @Sendable (Conversation) async -> Void) {
    let conversation = Conversation(peer)
    self.conversation = conversation
    Task { await talk(conversation) }
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    guard message.isText else { return .go }
    return conversation.put(message.payload) ? .go : .pause
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) { conversation.end() }
}

/// What one client of a text endpoint said, in order. Any thread.
final class Conversation: Sendable {
  /// Messages that may wait for an answer before the client is not read.
  static let mostWaiting = 32

  let peer: any WebSocketPeer
  /// Ends when the connection is over.
  let messages: AsyncStream<[UInt8]>
  private let inbox: AsyncStream<[UInt8]>.Continuation
  private let waiting = Atomic<Int>(0)

  init(_ peer: any WebSocketPeer) {
    self.peer = peer
    (messages, inbox) = AsyncStream.makeStream()
  }

  /// - Returns: false when the client should not be read until ``answered()`` resumes it.
  func put(_ text: RawSpan) -> Bool {
    let count = waiting.add(1, ordering: .acquiringAndReleasing).newValue
    inbox.yield(unsafe text.withUnsafeBytes { unsafe [UInt8]($0) })
    return count < Conversation.mostWaiting
  }

  /// One message was dealt with.
  func answered() {
    if waiting.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { peer.resume() }
  }

  func end() { inbox.finish() }
}
