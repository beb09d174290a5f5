import RouterCore
import Synchronization

/// What the two halves of one microphone's connection share. Any thread.
///
/// The connection's loop writes the counts and reads ``stream``; the node does the opposite. The peer and the feed of
/// listeners stand under a lock, which the loop takes when they change and not with each message.
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

  private struct Connection {
    var peer: (any WebSocketPeer)?
    var goodbye: (code: UInt16, reason: String)?
  }
  private let connection = PthreadLock(Connection())

  init(id: UInt64, peer: PeerAddress, hardware: HardwareID?, at now: Instant) {
    self.id = id
    self.peer = peer
    self.hardware = hardware
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

  /// Ends the connection, now or as soon as it stands; answers the sender's goodbye. Control side.
  func close(code: UInt16, reason: String) {
    let peer = connection.withLock { connection in
      connection.goodbye = connection.goodbye ?? (code, reason)
      return connection.peer
    }
    peer?.close(code: code, reason: reason)
  }

  /// Reads on. Not on the data path.
  func resume() { connection.withLock { $0.peer }?.resume() }

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
