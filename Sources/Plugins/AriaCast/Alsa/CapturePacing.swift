internal import Glibc
internal import RouterCore

/// What the thread of a card that records does next: the decisions, without a card and without a clock of its own.
struct CapturePacing {
  enum Action: Equatable {
    /// Read one period.
    case read
    /// Sleep until the card has a period.
    case wait
    /// Sleep a quarter of a period: the card woke us without reason.
    case nap
    /// Bring the card back after that errno.
    case recover(Int32)
    case fail(CardLoss)
  }

  static let patience = Duration.seconds(2)
  static let recoveriesInARow = 50

  let format: CardFormat
  private var recoveries = 0
  private var periodsSinceRecovery = 0
  private var isStirred = false
  private var lastRead: Instant
  /// When the newest frame that was read was recorded.
  private var newest: Instant

  init(format: CardFormat, at now: Instant) {
    self.format = format
    lastRead = now
    newest = now
  }

  /// The card says how many frames it has recorded and not yet given.
  mutating func recorded(_ frames: Int, at now: Instant) -> Action {
    if frames >= format.periodFrames { return .read }
    if now - lastRead >= Self.patience { return .fail(.stalled) }
    return isStirred ? .nap : .wait
  }

  /// A wait is over.
  mutating func waited(hasSound: Bool) { isStirred = hasSound }

  /// One period was read, the card had that many frames more.
  mutating func read(leaving rest: Int, at now: Instant) {
    isStirred = false
    lastRead = now
    newest = now + (.zero - format.duration(ofFrames: max(0, rest)))
    periodsSinceRecovery += 1
    if periodsSinceRecovery >= 100 { recoveries = 0 }
  }

  /// A call failed with that errno.
  mutating func failed(_ code: Int32, at now: Instant) -> Action {
    switch code {
    case EAGAIN, EINTR: return now - lastRead >= Self.patience ? .fail(.stalled) : .nap
    case EPIPE, ESTRPIPE:
      recoveries += 1
      periodsSinceRecovery = 0
      return recoveries > Self.recoveriesInARow ? .fail(.unstable) : .recover(code)
    default: return .fail(.failed(code))
    }
  }

  /// The card records again.
  /// - Returns: Frames that were lost since the newest one read.
  mutating func restarted(at now: Instant) -> Int {
    let lost = max(0, ((now - newest).seconds * Double(format.sampleRate)).rounded())
    newest = now
    isStirred = false
    return Int(lost)
  }
}
