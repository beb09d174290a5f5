import RouterCore
import Synchronization

/// What the two halves of one microphone's connection share. Any thread.
///
/// The connection's loop writes the counts and reads ``stream``; the node does the opposite. What stands under a lock
/// the loop takes when it changes and not with each message.
final class Microphone: Sendable {
  /// Numbers the connections of one node.
  let id: UInt64
  let peer: PeerAddress
  let hardware: HardwareID?
  let since: Instant
  /// The stream to push into; 0 until its path stands.
  let stream = Atomic<StreamID>(0)
  let frames = Atomic<Int>(0)
  let bytes = Atomic<Int>(0)
  let gaps = Atomic<Int>(0)
  let missing = Atomic<Int>(0)
  let duplicates = Atomic<Int>(0)
  let reordered = Atomic<Int>(0)
  /// When the last frame came, in nanoseconds of the monotonic clock; 0 before the first.
  let lastFrame = Atomic<Int64>(0)
  /// Since when the sender is held, in the same clock; 0 while it is not.
  let heldSince = Atomic<Int64>(0)
  /// It was held long enough: read on, whatever the sinks ask.
  let isOverdue = Atomic<Bool>(false)
  let record = PathRecord()
  let sound = SoundWindow()
  let socket = LateWebSocketPeer()

  init(id: UInt64, peer: PeerAddress, hardware: HardwareID?, at now: Instant) {
    self.id = id
    self.peer = peer
    self.hardware = hardware
    since = now
  }

  /// Counts one frame. Data thread.
  func count(bytes count: Int, _ step: SequenceWatch.Step, at arrival: Instant) {
    frames.add(1, ordering: .relaxed)
    bytes.add(count, ordering: .relaxed)
    lastFrame.store(arrival.nanoseconds, ordering: .relaxed)
    switch step {
    case .next: break
    case .gap(let frames):
      gaps.add(1, ordering: .relaxed)
      missing.add(Int(frames), ordering: .relaxed)
    case .duplicate: duplicates.add(1, ordering: .relaxed)
    case .reordered: reordered.add(1, ordering: .relaxed)
    }
  }
}
