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
    var order = Int.min
    for index in 0..<slots.count {
      let slot = slots[index]
      guard slot.isFilled, slot.order < limit, slot.order > order else { continue }
      best = slot
      order = slot.order
    }
    return best
  }

  /// The card ran dry and starts again: tells all streams. Card's thread.
  func cardRestarted() {
    for index in 0..<slots.count where slots[index].isFilled { slots[index].cardRestarted() }
  }

  /// Shows what the streams' buffers do: the longest delay, and the drift of the newest stream. Card's thread.
  func report(to metrics: SpeakerMetrics) {
    var longest = 0.0
    var limit = Int.max
    while let slot = next(below: limit) {
      slot.report(to: metrics)
      let buffer = slot.buffer
      longest = max(longest, buffer.delay)
      if limit == .max {
        metrics.drift.set(Int((buffer.drift * 1000).rounded()))
        metrics.clock.set(Int((buffer.clock * 1000).rounded()))
      }
      limit = slot.order
    }
    metrics.bufferDelay.set(Int((longest * 1e6).rounded()))
  }
}

/// One place of a ``VoiceTable``.
@safe final class VoiceSlot: @unchecked Sendable {
  // Unchecked: all fields belong to the card's thread while `filled` is set, to the control side while it is not.
  private let filled = Atomic<Int>(0)
  private(set) var order = 0
  private(set) var record: PathRecord?
  private var reader: VoiceReader?
  /// How loud the stream was at the end of the last period, 0 or 1.
  var share: Float = 1
  /// The stream was heard at least once.
  var hasPlayed = false
  private var seen = (underruns: 0, trims: 0)

  var isFilled: Bool { filled.load(ordering: .acquiring) == 1 }

  func fill(_ new: consuming VoiceReader, order: Int, record: PathRecord) {
    self.order = order
    self.record = record
    reader = consume new
    share = 1
    hasPlayed = false
    seen = (0, 0)
    filled.store(1, ordering: .releasing)
  }

  /// The stream's buffer may hold that much from now on. Card's thread.
  func limitDelay(to ceiling: Duration) { reader?.limitDelay(to: ceiling) }

  /// Adds one period of the stream to `sum`; gives the place back when the stream is over. Card's thread.
  func mix(into sum: inout MutableSpan<Float>, frames: Int, now: Instant) -> VoiceState {
    let state = reader?.mix(into: &sum, frames: frames, now: now) ?? .ended
    if state == .playing {
      hasPlayed = true
      record?.playedPeriods.add(1, ordering: .relaxed)
    }
    if state == .ended { filled.store(0, ordering: .releasing) }
    return state
  }

  /// Card's thread.
  func cardRestarted() { reader?.deviceRestarted() }

  /// Adds what happened since the last call. Card's thread.
  func report(to metrics: SpeakerMetrics) {
    guard let statistics = reader?.statistics else { return }
    let now = (underruns: statistics.underruns, trims: statistics.trims)
    metrics.streamUnderruns.add(now.underruns - seen.underruns)
    metrics.trims.add(now.trims - seen.trims)
    seen = now
  }

  /// Seconds of delay the stream's buffer holds; in ppm, how much faster than nominal it is read, and how much faster
  /// than the card's its sender's clock runs. Card's thread.
  var buffer: (delay: Double, drift: Double, clock: Double) {
    guard let statistics = reader?.statistics else { return (0, 0, 0) }
    return (statistics.targetMs / 1000, statistics.driftPpm, statistics.clockPpm)
  }
}
