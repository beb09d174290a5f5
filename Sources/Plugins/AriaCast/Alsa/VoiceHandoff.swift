internal import RouterCore
internal import Synchronization

/// A stream's way into one opening of the card: the end it writes to, and who sleeps at the other end.
struct SpeakerVoice: ~Copyable, Sendable {
  var writer: VoiceWriter
  let wakeUp: WakeUp
}

/// Passes a stream's voice from the control side to the loop that drives the stream, without a lock.
///
/// A card that is opened anew needs new voices (its rate may differ, and old sound must not be heard), while stages stay
/// where they are. The control side offers, the stage takes with its next packet and leaves the old voice behind, to be
/// freed by the next offer and not on the data path.
@safe final class VoiceHandoff: @unchecked Sendable {
  // Unchecked: `voice` is touched only by who moved `state` to `busy`.
  private static let settled = 0
  private static let busy = 1
  private static let offered = 2
  private let state = Atomic<Int>(VoiceHandoff.settled)
  private var voice: SpeakerVoice?

  /// Puts a voice down, in place of one that nobody took. Control side.
  func offer(_ new: consuming SpeakerVoice) {
    var seen = state.load(ordering: .relaxed)
    while seen == Self.busy || !claim(seen) { seen = state.load(ordering: .relaxed) }
    voice = consume new
    state.store(Self.offered, ordering: .releasing)
  }

  /// Exchanges `current` for what was offered, if anything was. Data thread.
  @inline(__always)
  func take(_ current: inout SpeakerVoice?) {
    guard state.load(ordering: .relaxed) == Self.offered, claim(Self.offered) else { return }
    swap(&voice, &current)
    state.store(Self.settled, ordering: .releasing)
  }

  private func claim(_ expected: Int) -> Bool {
    state.compareExchange(expected: expected, desired: Self.busy, ordering: .acquiringAndReleasing).exchanged
  }
}
