internal import RouterCore

/// What others want of one byte stream, until its loop takes it. Any thread.
final class ByteStreamMail: ByteStreamPeer {
  /// Bytes that may wait for the socket.
  static let limit = 128 << 20

  fileprivate struct State {
    var waiting: [[UInt8]] = []
    /// Bytes that wait here or for the socket.
    var byteCount = 0
    var isOpen = true
    var wantsEnd = false
    var isAnnounced = false
  }

  let address: PeerAddress
  private let state = PthreadLock(State())
  private let announce: @Sendable () -> Void

  /// - Parameter announce: Called when the loop should look; not under the lock.
  init(address: PeerAddress, announce: @escaping @Sendable () -> Void) {
    self.address = address
    self.announce = announce
  }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    let (isTaken, isFirst) = state.withLock { state -> (Bool, Bool) in
      guard state.isOpen, !state.wantsEnd, state.byteCount + bytes.count <= ByteStreamMail.limit else {
        return (false, false)
      }
      state.waiting.append(bytes)
      state.byteCount += bytes.count
      return (true, state.announce())
    }
    if isFirst { announce() }
    return isTaken
  }

  func close() {
    let isFirst = state.withLock { state -> Bool in
      guard state.isOpen, !state.wantsEnd else { return false }
      state.wantsEnd = true
      return state.announce()
    }
    if isFirst { announce() }
  }

  /// Takes everything that is wanted. On the loop.
  func take() -> (bytes: [[UInt8]], wantsEnd: Bool) {
    state.withLock { state in
      state.isAnnounced = false
      defer { state.waiting = [] }
      return (state.waiting, state.wantsEnd)
    }
  }

  /// So many bytes have left by the socket. On the loop.
  func sent(_ count: Int) { state.withLock { $0.byteCount -= count } }

  /// Nothing is taken any more. On the loop.
  func end() {
    state.withLock { state in
      state.isOpen = false
      state.waiting = []
    }
  }
}

extension ByteStreamMail.State {
  /// - Returns: whether the loop does not know yet.
  fileprivate mutating func announce() -> Bool {
    defer { isAnnounced = true }
    return !isAnnounced
  }
}
