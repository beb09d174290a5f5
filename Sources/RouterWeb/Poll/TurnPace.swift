internal import RouterCore

/// Decides how a loop waits for its descriptors: for each of them, or at most once a millisecond for all that are ready
/// by then. Pure: time is passed in.
///
/// A wake-up costs more than the packet it announces. A crowd of senders pays for one per packet as long as the loop is
/// quick, so the loop rests between two looks once a crowd keeps it busy. A few busy connections are a dialogue: each
/// side waits for the other, and rest would only slow them down.
struct TurnPace {
  /// Between two looks while ``isResting``.
  static let rest = Int64(1_000_000)
  /// Descriptors that make a crowd.
  static let crowd = 32
  /// Looks a second that found something, above which resting begins.
  static let busyLooks = 2_000
  /// Events a second below which resting ends.
  static let calmEvents = 1_200
  private static let window = Int64(50_000_000)
  private static let second = Int64(1_000_000_000)

  private(set) var isResting = false
  private var windowStart: Instant
  private var lastLook: Instant
  private var looks = 0
  private var events = 0

  init(at now: Instant) {
    windowStart = now
    lastLook = now
  }

  /// When to look again while ``isResting``: a rest after the last look, and no more than a rest away.
  func nextLook(from now: Instant) -> Instant {
    let since = min(max(lastLook.nanoseconds, now.nanoseconds &- TurnPace.rest), now.nanoseconds)
    return Instant(nanoseconds: since &+ TurnPace.rest)
  }

  /// The loop has looked.
  /// - Parameters:
  ///   - found: Descriptors that were ready.
  ///   - watched: Descriptors there are.
  mutating func looked(found: Int, of watched: Int, at now: Instant) {
    lastLook = now
    if found > 0 { looks += 1 }
    events += found
    let elapsed = now.nanoseconds &- windowStart.nanoseconds
    guard elapsed >= TurnPace.window else { return }
    if isResting {
      isResting = watched >= TurnPace.crowd && rate(events, in: elapsed) >= TurnPace.calmEvents
    } else {
      isResting = watched >= TurnPace.crowd && rate(looks, in: elapsed) >= TurnPace.busyLooks
    }
    windowStart = now
    (looks, events) = (0, 0)
  }

  private func rate(_ count: Int, in elapsed: Int64) -> Int64 { Int64(count) * TurnPace.second / elapsed }
}
