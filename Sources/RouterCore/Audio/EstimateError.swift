/// How wrong the estimates of delay and drift may still be: variances, and the part they share.
///
/// It says how much a measurement is worth beside what is known: much while nothing is, less with every look. A new
/// beginning forgets the delay and keeps the drift, which no pause changes. A pure value; seconds.
struct EstimateError: Sendable {
  /// Expected of a pair of clocks nobody has measured.
  private static let unknownDrift = 100e-6
  /// Far more than any buffer holds: the first measurement is taken as it is.
  private static let unknownDelay = 100.0

  private var delay = Self.unknownDelay * Self.unknownDelay
  private var both = 0.0
  private var drift = Self.unknownDrift * Self.unknownDrift

  /// The delay is another one.
  mutating func forgetDelay() {
    delay = Self.unknownDelay * Self.unknownDelay
    both = 0
  }

  /// Time goes by: an unknown drift makes the delay uncertain.
  mutating func grow(seconds: Double) {
    delay += (2 * both + drift * seconds) * seconds
    both += drift * seconds
  }

  /// A measurement comes in.
  /// - Parameter variance: Of the measurement.
  /// - Returns: Parts of its surprise that belong to the delay and to the drift.
  mutating func measured(variance: Double) -> (delay: Double, drift: Double) {
    let gain = delay / (delay + variance)
    let driftGain = both / (delay + variance)
    drift -= driftGain * both
    both *= 1 - gain
    delay *= 1 - gain
    return (gain, driftGain)
  }
}
