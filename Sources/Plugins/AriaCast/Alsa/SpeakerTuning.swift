internal import RouterCore
internal import Synchronization

/// What of a speaker may be turned while it plays, passed from the control side to the card's thread. Any thread, no
/// lock.
final class SpeakerTuning: Sendable {
  private let ceilingNanoseconds: Atomic<Int64>
  private let isNewestAlone: Atomic<Bool>

  init(ceiling: Duration, combination: Combination) {
    ceilingNanoseconds = Atomic(ceiling.nanoseconds)
    isNewestAlone = Atomic(combination == .newest)
  }

  /// Longest delay a stream may build up.
  var ceiling: Duration {
    get { .nanoseconds(ceilingNanoseconds.load(ordering: .relaxed)) }
    set { ceilingNanoseconds.store(newValue.nanoseconds, ordering: .relaxed) }
  }

  /// How streams that arrive together are combined.
  var combination: Combination {
    get { isNewestAlone.load(ordering: .relaxed) ? .newest : .mix }
    set { isNewestAlone.store(newValue == .newest, ordering: .relaxed) }
  }
}
