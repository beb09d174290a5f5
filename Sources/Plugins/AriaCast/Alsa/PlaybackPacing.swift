internal import Glibc
internal import RouterCore

/// What the thread of a sound card does next: the decisions, without a card and without a clock of its own.
///
/// The card's buffer is kept between one and ``target`` periods short of nothing: a period is mixed as late as is safe,
/// because every queued period is delay. Each time the card runs dry the target grows by a period; after five quiet
/// minutes it shrinks by one. While nothing was heard for 30 s the card's clock is stopped and the thread sleeps; the
/// device stays open, so that the next sound starts within a period. A device without a clock, which swallows all it is
/// given (`null`, `file`), is recognised by its ever empty buffer and paced by the clock of the machine.
struct PlaybackPacing {
  enum Action: Equatable {
    /// Mix one period and write it.
    case write
    /// Start the card's clock.
    case start
    /// Sleep until the card has room for ``wakeUpRoom`` frames.
    case wait
    /// Sleep a quarter of a period: the card woke us without reason.
    case nap
    /// Stop the card's clock and make it ready to be filled.
    case park
    /// Sleep until somebody has sound, a second at most, then look at the card.
    case rest
    /// Bring the card back after that errno.
    case recover(Int32)
    case fail(CardLoss)
  }

  private enum State: Equatable { case filling, running, parked }

  static let idleBeforeParking = Duration.seconds(30)
  static let patience = Duration.seconds(2)
  static let calm = Duration.seconds(300)
  static let recoveriesInARow = 50
  /// So often a card that runs is seen empty before it counts as a device without a clock.
  static let looksAtADevice = 16

  let format: CardFormat
  /// Frames the card's buffer is filled up to.
  private(set) var target: Int
  /// Times the card ran dry.
  private(set) var underruns = 0
  /// When the period to be mixed now was due by the card's own clock: a thread that wakes late, or on the beat of
  /// another clock, finds as much less queued. Streams are measured by it.
  private(set) var mixTime: Instant
  private let smallestTarget: Int
  private var state = State.filling
  private var recoveries = 0
  private var periodsSinceRecovery = 0
  private var emptyWakeUps = 0
  private var emptyLooks = 0
  /// Frames written since the last start.
  private var filled = 0
  /// When a device without a clock gets its next period.
  private var due: Instant
  private var lastWrite: Instant
  private var lastSound: Instant
  private var lastChange: Instant

  /// - Parameter isRealtime: Without real-time priority one more period is kept.
  init(format: CardFormat, isRealtime: Bool, at now: Instant) {
    self.format = format
    smallestTarget = min(format.bufferFrames, format.periodFrames * (isRealtime ? 2 : 3))
    target = smallestTarget
    due = now
    mixTime = now
    lastWrite = now
    lastSound = now
    lastChange = now
  }

  /// Room in the card's buffer at which the next period is due.
  var wakeUpRoom: Int { format.bufferFrames - target + format.periodFrames }
  var isParked: Bool { state == .parked }

  /// The card says how many frames are queued.
  mutating func queued(_ frames: Int, at now: Instant) -> Action {
    switch state {
    case .parked: return .rest
    case .filling:
      if frames + format.periodFrames <= target, filled < target { return write(frames, at: now) }
      state = .running
      lastWrite = now
      return .start
    case .running:
      if now - lastSound >= Self.idleBeforeParking {
        state = .parked
        return .park
      }
      emptyLooks = frames == 0 ? emptyLooks + 1 : 0
      if emptyLooks > Self.looksAtADevice { return paced(at: now) }
      if frames + format.periodFrames <= target { return write(frames, at: now) }
      if now - lastWrite >= Self.patience { return .fail(.stalled) }
      return emptyWakeUps < 2 ? .wait : .nap
    }
  }

  private mutating func write(_ queued: Int, at now: Instant) -> Action {
    mixTime = now + format.duration(ofFrames: queued + format.periodFrames - target)
    return .write
  }

  /// The turn of a device without a clock: a period each period.
  private mutating func paced(at now: Instant) -> Action {
    let period = format.duration(ofFrames: format.periodFrames)
    if emptyLooks == Self.looksAtADevice + 1 || now - due > .milliseconds(500) { due = now }
    guard now >= due else { return .nap }
    due = due + period
    mixTime = now
    return .write
  }

  /// One period was written.
  /// - Parameter isHeard: A stream was part of it.
  mutating func wrote(isHeard: Bool, at now: Instant) {
    lastWrite = now
    emptyWakeUps = 0
    filled += format.periodFrames
    if isHeard { lastSound = now }
    periodsSinceRecovery += 1
    if periodsSinceRecovery >= 100 { recoveries = 0 }
    if target > smallestTarget, now - lastChange >= Self.calm {
      target = max(smallestTarget, target - format.periodFrames)
      lastChange = now
    }
  }

  /// A wait is over.
  mutating func waited(hasRoom: Bool) { emptyWakeUps = hasRoom ? emptyWakeUps + 1 : 0 }

  /// A call failed with that errno.
  mutating func failed(_ code: Int32, at now: Instant) -> Action {
    switch code {
    case EAGAIN, EINTR: return now - lastWrite >= Self.patience ? .fail(.stalled) : .nap
    case EPIPE, ESTRPIPE:
      recoveries += 1
      if recoveries > Self.recoveriesInARow { return .fail(.unstable) }
      if code == EPIPE { ranDry(at: now) }
      return .recover(code)
    default: return .fail(.failed(code))
    }
  }

  private mutating func ranDry(at now: Instant) {
    underruns += 1
    target = min(format.bufferFrames, target + format.periodFrames)
    lastChange = now
  }

  /// The card is ready to be filled after ``failed(_:at:)``.
  mutating func recovered() {
    if state != .parked { state = .filling }
    filled = 0
    periodsSinceRecovery = 0
  }

  /// Somebody has sound while the card rests.
  mutating func woken(at now: Instant) {
    guard state == .parked else { return }
    state = .filling
    filled = 0
    lastSound = now
    lastWrite = now
    emptyWakeUps = 0
  }
}
