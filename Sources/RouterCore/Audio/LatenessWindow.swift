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
  private var slots = InlineArray<12, Slot>(repeating: Slot())
  private var current = 0
  private var slotAge = 0.0

  /// Largest lateness above the mean of its time, in seconds.
  private(set) var spread = 0.0
  /// Largest earliness below the mean of its time, in seconds.
  private(set) var lead = 0.0
  /// Seconds observed since the beginning.
  private(set) var observed = 0.0

  /// Mean of the newest slot that can tell.
  private(set) var mean: Double?

  /// A packet arrived.
  mutating func arrived(lateness: Double) {
    slots[current].latest = max(slots[current].latest, lateness)
    slots[current].earliest = min(slots[current].earliest, lateness)
    if slots[current].count >= 20 { measure() }
  }

  /// The reader looked: `lateness` is that of the newest packet, which counts for the `seconds` since the last look.
  mutating func looked(lateness: Double, seconds: Double) {
    observed += seconds
    slotAge += seconds
    slots[current].sum += lateness
    slots[current].count += 1
    if slotAge < Self.slotSeconds { return }
    if slots[current].count >= 20 { mean = slots[current].mean }
    slotAge = 0
    current = (current + 1) % slots.count
    slots[current] = Slot()
    measure()
  }

  private mutating func measure() {
    spread = 0
    lead = 0
    for index in slots.indices {
      spread = max(spread, slots[index].spread)
      lead = max(lead, slots[index].lead)
    }
  }
}
