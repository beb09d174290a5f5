/// How late packets come, over the last minute: what a jitter buffer must survive.
///
/// Lateness is the arrival less the time at which the stream's own count of frames says it was due, in seconds, from an
/// arbitrary zero. Twelve slots of 5 s, so that what happened once is remembered for a minute and clocks that run apart
/// do not count as jitter. A pure value.
struct LatenessWindow: Sendable {
  private struct Slot: Sendable {
    var latest = -Double.infinity
    var earliest = Double.infinity
    var sum = 0.0
    var count = 0.0

    var mean: Double { sum / count }
    /// How much later than the mean the latest was; 0 while there is too little to tell.
    var spread: Double { count < 20 || latest < mean ? 0 : latest - mean }
    var lead: Double { count < 20 || earliest > mean ? 0 : mean - earliest }
  }

  private static let slotSeconds = 5.0
  private static let slotCount = 12
  /// Spread and lead of the slots that are over.
  private var spreads = InlineArray<12, Double>(repeating: 0)
  private var leads = InlineArray<12, Double>(repeating: 0)
  private var next = 0
  private var pastSpread = 0.0
  private var pastLead = 0.0
  private var slot = Slot()
  private var slotAge = 0.0

  /// Largest lateness above the mean of its time, in seconds.
  var spread: Double { max(pastSpread, slot.spread) }
  /// Largest earliness below the mean of its time, in seconds.
  var lead: Double { max(pastLead, slot.lead) }
  /// Seconds observed since the beginning.
  private(set) var observed = 0.0
  /// Mean of the newest slot that can tell.
  var mean: Double? { slot.count < 20 ? pastMean : slot.count < 100 ? pastMean ?? slot.mean : slot.mean }
  private var pastMean: Double?

  /// A packet arrived.
  mutating func arrived(lateness: Double) {
    slot.latest = max(slot.latest, lateness)
    slot.earliest = min(slot.earliest, lateness)
  }

  /// The reader looked: `lateness` is that of the newest packet, which counts for the `seconds` since the last look.
  mutating func looked(lateness: Double, seconds: Double) {
    observed += seconds
    slotAge += seconds
    slot.sum += lateness
    slot.count += 1
    if slotAge >= Self.slotSeconds { turn() }
  }

  /// Begins a new slot in place of the oldest.
  private mutating func turn() {
    if slot.count >= 20 { pastMean = slot.mean }
    spreads[next] = slot.spread
    leads[next] = slot.lead
    next = (next + 1) % Self.slotCount
    slot = Slot()
    slotAge = 0
    pastSpread = 0
    pastLead = 0
    for index in 0..<Self.slotCount {
      pastSpread = max(pastSpread, spreads[index])
      pastLead = max(pastLead, leads[index])
    }
  }
}
