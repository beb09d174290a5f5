import RouterCore

/// One WebSocket that is told of every look. Any thread.
///
/// What is said before the connection stands waits for it. Who does not read what it is sent is sent away: it would see
/// an old picture and believe it.
final class Watcher: Sendable {
  private struct State {
    var peer: (any WebSocketPeer)?
    var waiting: [String] = []
    var isOver = false
  }

  /// Messages kept for a connection that does not stand yet.
  private static let waitingLimit = 64

  private let state = PthreadLock(State())

  /// - Returns: false once the connection is over or too slow.
  func send(_ text: String) -> Bool {
    let peer = state.withLock { state -> (any WebSocketPeer)?? in
      guard !state.isOver else { return .none }
      if let peer = state.peer { return .some(peer) }
      guard state.waiting.count < Watcher.waitingLimit else { return .none }
      state.waiting.append(text)
      return .some(nil)
    }
    guard let peer else { return false }
    guard let peer else { return true }
    if peer.send(.text(text)) { return true }
    close(code: 1013, reason: "too slow")
    return false
  }

  func attach(_ peer: any WebSocketPeer) {
    let (waiting, isOver) = state.withLock { state in
      state.peer = peer
      defer { state.waiting = [] }
      return (state.waiting, state.isOver)
    }
    if isOver { return peer.close(code: 1001, reason: "stopping") }
    for text in waiting { _ = peer.send(.text(text)) }
  }

  func close(code: UInt16, reason: String) {
    let peer = state.withLock { state in
      state.isOver = true
      return state.peer
    }
    peer?.close(code: code, reason: reason)
  }

  /// The connection is gone.
  func end() { state.withLock { $0 = State(isOver: true) } }
}

/// The data half: a watcher says nothing that matters.
final class WatcherSocket: WebSocketHandler {
  private let watcher: Watcher
  private let left: @Sendable () -> Void

  init(_ watcher: Watcher, left: @escaping @Sendable () -> Void) {
    self.watcher = watcher
    self.left = left
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict { .go }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    watcher.end()
    left()
  }
}
