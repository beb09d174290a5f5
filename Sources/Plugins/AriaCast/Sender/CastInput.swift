internal import Synchronization

/// What a cast and the streams that reach it share. Any thread.
final class CastGate: Sendable {
  private let word = Atomic<Bool>(false)
  /// Whether packets are kept: not while the speaker is out of reach.
  var isOpen: Bool { word.load(ordering: .relaxed) }
  func set(open: Bool) { word.store(open, ordering: .relaxed) }
}

/// What the control side knows of a stream that is cast. Any thread.
final class CastInput: Sendable {
  private let finished = Atomic<Bool>(false)
  /// The stream is over; its voice may still hold sound.
  var isOver: Bool { finished.load(ordering: .relaxed) }
  func finish() { finished.store(true, ordering: .relaxed) }
}
