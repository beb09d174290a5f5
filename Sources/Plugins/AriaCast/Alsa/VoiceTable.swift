internal import RouterCore
internal import Synchronization

/// The streams one opening of the card plays: a fixed number of places, each owned by one side at a time.
///
/// The control side fills free places, the card's thread empties them when a stream has played to its end. No lock.
final class VoiceTable: Sendable {
  /// Streams one card can play at once.
  static let capacity = 256
  let slots: [VoiceSlot]

  init() { slots = (0..<Self.capacity).map { _ in VoiceSlot() } }

  /// Puts a stream's reading end where the card's thread finds it. Control side, one task at a time.
  /// - Returns: false when all places are taken; the voice is gone then.
  func add(_ reader: consuming VoiceReader, order: Int, record: PathRecord) -> Bool {
    guard let free = slots.first(where: { !$0.isFilled }) else { return false }
    free.fill(reader, order: order, record: record)
    return true
  }

  /// The filled place with the largest order below `limit`: walks from the newest stream to the oldest.
  func next(below limit: Int) -> VoiceSlot? {
    var best: VoiceSlot?
    for slot in slots where slot.isFilled && slot.order < limit && slot.order > (best?.order ?? .min) { best = slot }
    return best
  }
}

/// One place of a ``VoiceTable``.
@safe final class VoiceSlot: @unchecked Sendable {
  // Unchecked: all fields belong to the card's thread while `filled` is set, to the control side while it is not.
  private let filled = Atomic<Bool>(false)
  private(set) var order = 0
  private(set) var record: PathRecord?
  private var reader: VoiceReader?
  /// How loud the stream was at the end of the last period, 0 or 1.
  var share: Float = 1
  /// The stream was heard at least once.
  var hasPlayed = false

  var isFilled: Bool { filled.load(ordering: .acquiring) }

  func fill(_ new: consuming VoiceReader, order: Int, record: PathRecord) {
    self.order = order
    self.record = record
    reader = consume new
    share = 1
    hasPlayed = false
    filled.store(true, ordering: .releasing)
  }

  /// Adds one period of the stream to `sum`; gives the place back when the stream is over. Card's thread.
  func mix(into sum: inout MutableSpan<Float>, frames: Int, now: Instant) -> VoiceState {
    let state = reader?.mix(into: &sum, frames: frames, now: now) ?? .ended
    if state == .playing {
      hasPlayed = true
      record?.playedPeriods.add(1, ordering: .relaxed)
    }
    if state == .ended { filled.store(false, ordering: .releasing) }
    return state
  }
}
