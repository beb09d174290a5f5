internal import RouterCore
internal import Synchronization

/// The loudness a card's sound is to have, passed from the control side to the card's thread. Any thread, no lock.
final class SpeakerVolume: Sendable {
  private let bits = Atomic<UInt32>(Float(1).bitPattern)

  /// What samples are multiplied by, 0 to 1.
  var gain: Float {
    get { Float(bitPattern: bits.load(ordering: .relaxed)) }
    set { bits.store(newValue.bitPattern, ordering: .relaxed) }
  }
}
