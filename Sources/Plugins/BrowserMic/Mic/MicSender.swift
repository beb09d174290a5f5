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
  let socket = LateWebSocketPeer()
  private let way = PthreadLock<Path?>(nil)

  init(id: UInt64, peer: PeerAddress, at now: Instant) {
    self.id = id
    self.peer = peer
    since = now
  }

  var path: Path? { way.withLock { $0 } }

  /// The path stands: frames go there from now on. Control side.
  func begin(_ path: Path, on stream: StreamID) {
    way.withLock { $0 = path }
    self.stream.store(stream, ordering: .releasing)
    socket.resume()
  }

  /// Nothing is pushed any more.
  func detach() { stream.store(0, ordering: .releasing) }
}
