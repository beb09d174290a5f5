import RouterCore

/// When which message of a cast is due: message n is due n times 20 ms after the start. Pure.
struct CastSchedule: Equatable, Sendable {
  static let interval = Duration.milliseconds(20)
  /// Later than this, what was missed is left out: a receiver could only throw it away.
  static let patience = Duration.milliseconds(500)

  /// When the next message is due.
  private(set) var next: Instant
  /// Messages left out so far.
  private(set) var skipped = 0

  init(start: Instant) { next = start }

  /// Takes the next message.
  /// - Returns: When it was due.
  mutating func take(at now: Instant) -> Instant {
    let late = now - next
    if late > CastSchedule.patience {
      let count = late.nanoseconds / CastSchedule.interval.nanoseconds
      skipped += Int(count)
      next = next + .nanoseconds(count * CastSchedule.interval.nanoseconds)
    }
    let due = next
    next = next + CastSchedule.interval
    return due
  }
}
