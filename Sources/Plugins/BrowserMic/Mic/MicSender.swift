import RouterCore
import Synchronization

/// What the two halves of one browser's connection share. Any thread.
///
/// The connection's loop writes the counts and reads ``stream``; the node does the opposite. What stands under the lock
/// is taken when it changes and not with each message.
final class MicSender: Sendable {
  /// What the loop needs of a stream before its first frame.
  struct Path: Sendable {
    var format: MicFormat
    /// Where an earlier connection stopped.
    var expected: UInt64?
    var sound: MicSound
  }

  /// Numbers the connections of one node.
  let id: UInt64
  let peer: PeerAddress
  let since: Instant
  /// The stream to push into; 0 before the path stands and after it is gone.
  let stream = Atomic<StreamID>(0)
  let frames = Atomic<Int>(0)
  let messages = Atomic<Int>(0)
  let lost = Atomic<Int>(0)
  /// When the last frame came, in nanoseconds of the monotonic clock; 0 before the first.
  let lastFrame = Atomic<Int64>(0)
  /// The index the next frame should have, plus 1; 0 before the first.
  let expected = Atomic<UInt64>(0)
  let isMuted = Atomic<Bool>(false)

  private struct Connection {
    var peer: (any WebSocketPeer)?
    var goodbye: (code: UInt16, reason: String)?
    var path: Path?
  }
  private let connection = PthreadLock(Connection())

  init(id: UInt64, peer: PeerAddress, at now: Instant) {
    self.id = id
    self.peer = peer
    since = now
  }

  /// The connection stands. One that was ended before is closed at once.
  func attach(_ peer: any WebSocketPeer) {
    let goodbye = connection.withLock { connection in
      connection.peer = peer
      return connection.goodbye
    }
    if let goodbye { peer.close(code: goodbye.code, reason: goodbye.reason) }
  }

  var isAttached: Bool { connection.withLock { $0.peer != nil } }

  var path: Path? { connection.withLock { $0.path } }

  /// The path stands: frames go there from now on. Control side.
  func begin(_ path: Path, on stream: StreamID) {
    connection.withLock { $0.path = path }
    self.stream.store(stream, ordering: .releasing)
    resume()
  }

  /// Nothing is pushed any more.
  func detach() { stream.store(0, ordering: .releasing) }

  @discardableResult
  func say(_ message: WebSocketMessage) -> Bool { connection.withLock { $0.peer }?.send(message) ?? false }

  /// Ends the connection, now or as soon as it stands; answers the browser's goodbye. Control side.
  func close(code: UInt16, reason: String) {
    let peer = connection.withLock { connection in
      connection.goodbye = connection.goodbye ?? (code, reason)
      return connection.peer
    }
    peer?.close(code: code, reason: reason)
  }

  /// Reads on. Not on the data path.
  func resume() { connection.withLock { $0.peer }?.resume() }
}
