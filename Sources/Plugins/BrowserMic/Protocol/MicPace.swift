import RouterCore

/// Whether sound comes no faster than sound does: a leaky bucket of what came before its time. Pure.
struct MicPace: Equatable, Sendable {
  /// Sound that may come early, in seconds: what a network held back arrives at once.
  static let most = 12.0
  /// Clocks differ: what came is forgotten so much faster than time passes.
  static let leak = 1.02

  private var ahead = 0.0
  private var last: Instant?

  /// - Returns: false when more came than time has passed.
  mutating func take(seconds: Double, at now: Instant) -> Bool {
    if let last { ahead = max(0, ahead - max(0, (now - last).seconds) * MicPace.leak) }
    last = now
    ahead += seconds
    return ahead <= MicPace.most
  }
}
