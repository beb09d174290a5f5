internal import RouterCore

/// What others want of one WebSocket, until its loop takes it. Any thread.
final class SocketPeer: WebSocketPeer, Sendable {
  /// Bytes of frames that may wait here; a message above that is not taken.
  static let limit = 1 << 20

  /// What the loop finds.
  struct Wishes {
    var frames: [UInt8] = []
    var close: (code: UInt16, reason: String)?
    var resumes = false
  }

  private struct State {
    var wishes = Wishes()
    var isOpen = true
    /// Also when the loop has taken the wish to close: nothing may follow it.
    var isClosing = false
    var isAnnounced = false
  }

  let address: PeerAddress
  private let role: WebSocketRole
  private let state = PthreadLock(State())
  private let announce: @Sendable () -> Void

  /// - Parameter role: Ours.
  /// - Parameter announce: Called when the loop should look; not under the lock.
  init(address: PeerAddress, role: WebSocketRole, announce: @escaping @Sendable () -> Void) {
    self.address = address
    self.role = role
    self.announce = announce
  }

  @discardableResult
  func send(_ message: WebSocketMessage) -> Bool { put(frame(message)) }

  @discardableResult
  func send(_ messages: [WebSocketMessage]) -> Bool { put(frames(messages)) }

  /// A client's frames are masked, each time with another key; a server's are the same for everyone.
  @discardableResult
  func send(_ batch: WebSocketBatch) -> Bool {
    put(role == .client ? frames(batch.messages) : batch.bytes(framedBy: frames))
  }

  private func frames(_ messages: [WebSocketMessage]) -> [UInt8] { messages.reduce(into: []) { $0 += frame($1) } }

  private func frame(_ message: WebSocketMessage) -> [UInt8] {
    FrameEncoder.frame(message, mask: role == .client ? .random(in: 0...UInt32.max) : nil)
  }

  private func put(_ frames: [UInt8]) -> Bool {
    var isTaken = false
    change { state in
      isTaken = !state.isClosing && state.wishes.frames.count + frames.count <= SocketPeer.limit
      guard isTaken else { return false }
      // Alone, they stay where they are.
      if state.wishes.frames.isEmpty { state.wishes.frames = frames } else { state.wishes.frames += frames }
      return true
    }
    return isTaken
  }

  func close(code: UInt16, reason: String) {
    change { state in
      guard !state.isClosing else { return false }
      state.isClosing = true
      state.wishes.close = (code, reason)
      return true
    }
  }

  func resume() {
    change { state in
      state.wishes.resumes = true
      return true
    }
  }

  /// Takes everything that is wanted. On the loop.
  func take() -> Wishes {
    state.withLock { state in
      state.isAnnounced = false
      let wishes = state.wishes
      state.wishes = Wishes()
      return wishes
    }
  }

  /// Nothing is taken any more. On the loop.
  func end() {
    state.withLock { state in
      state.isOpen = false
      state.wishes = Wishes()
    }
  }

  private func change(_ body: (inout State) -> Bool) {
    let mustAnnounce = state.withLock { state in
      guard state.isOpen, body(&state) else { return false }
      let first = !state.isAnnounced
      state.isAnnounced = true
      return first
    }
    if mustAnnounce { announce() }
  }
}
