/// Waiting times between tries: doubling from `first` to `limit`, each with jitter, so that many nodes do not knock
/// together. Pure.
public struct Backoff: Sendable {
  public let first: Duration
  public let limit: Duration
  private var step: Duration
  private var random: SplitMix

  public init(first: Duration = .milliseconds(500), limit: Duration = .seconds(30), seed: UInt64) {
    self.first = first
    self.limit = limit
    step = first
    random = SplitMix(seed: seed)
  }

  /// The next wait: between three quarters and all of the present step.
  public mutating func next() -> Duration {
    let whole = step.nanoseconds
    step = min(limit, step + step)
    let jitter = Int64(random.next() % UInt64(max(1, whole / 4)))
    return .nanoseconds(whole - jitter)
  }

  /// Begins anew after a success.
  public mutating func reset() { step = first }
}

/// A small seeded generator (SplitMix64); not for secrets.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64
  public init(seed: UInt64) { state = seed }
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
