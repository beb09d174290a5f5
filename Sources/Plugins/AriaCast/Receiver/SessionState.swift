import RouterCore
import Synchronization

/// What the two halves of one sender's session share. Any thread.
///
/// The connection's loop writes the counts and reads ``stream``; the node does the opposite. Only the control side and
/// the first moment of the connection use ``socket``.
final class SessionState: Sendable {
  /// Numbers the sessions of one receiver.
  let id: UInt64
  let peer: PeerAddress
  /// The stream to push into; 0 while another one is being opened.
  let stream: Atomic<StreamID>
  /// Frames per second of ``stream``; written before it.
  let rate: Atomic<Int>
  /// When the last message of sound came, or the sender, in nanoseconds of the monotonic clock.
  let lastFrame: Atomic<Int64>
  /// Since when there are only zeros, in the same clock; 0 while there is sound.
  let zeroSince = Atomic<Int64>(0)
  /// Messages of sound so far.
  let messages = Atomic<Int>(0)
  /// Messages thrown away: no whole frames, or no room while a stream was being opened.
  let dropped = Atomic<Int>(0)
  /// Messages that came more than 100 ms after the one before.
  let late = Atomic<Int>(0)
  /// Messages that did not hold 20 ms of sound.
  let unusual = Atomic<Int>(0)
  /// What the stages of this session's streams tell.
  let record: PathRecord
  let socket = LateWebSocketPeer()

  init(id: UInt64, peer: PeerAddress, stream: StreamID, rate: Int, record: PathRecord = PathRecord(), at now: Instant) {
    self.record = record
    self.id = id
    self.peer = peer
    self.stream = Atomic(stream)
    self.rate = Atomic(rate)
    lastFrame = Atomic(now.nanoseconds)
  }
}
