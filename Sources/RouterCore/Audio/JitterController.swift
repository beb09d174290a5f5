/// The decisions of a jitter buffer: when to begin, how fast to read, when to cut, how much delay to hold.
///
/// The delay is fill plus the age of the newest packet: it does not move while packets come on time. A pure value, all
/// times passed in, so that an hour can be tried in a second. Owned by the reader of a voice.
struct JitterController: Sendable {
  /// What the reader sees when it is asked for sound.
  struct Look: Sendable {
    /// Input frames that left the ring since the beginning.
    var consumed: Int
    /// Input frames that can be read.
    var fill: Int
    /// Output frames asked for.
    var frames: Int
    var now: Instant
    /// The writer has said that nothing more comes.
    var isFinished: Bool
  }

  /// What the reader shall do.
  enum Plan: Sendable, Equatable {
    /// Go on buffering.
    case wait
    /// Begin: throw away `skip` input frames, put `silence` output frames in front.
    case start(silence: Int, skip: Int)
    /// Read at `ratio`; cut `trim` input frames out if that is more than 0.
    case play(ratio: Double, trim: Int)
    /// Throw away everything and begin anew: what waits is old.
    case clear
  }

  /// A reader that did not come for so long has been away; what waited for it is not played.
  static let away = Duration.milliseconds(500)

  private let inputRate: Double
  private let outputRate: Double
  /// Seconds of sound the reader needs ahead of what it plays.
  private let lead: Double
  private var ceiling: Double
  private let floor: Double

  private(set) var isPlaying = false
  /// Delay to hold, in seconds.
  private(set) var target: Double
  private(set) var loop = DriftLoop()
  private var lateness = LatenessWindow()
  private var outlier: Double?
  private var newest: Arrival?
  private var newestLateness = 0.0
  private var base: Instant
  private var lastLook: Instant
  private var packetSeconds = 0.0
  /// Length of this block, and of the usual one.
  private var blockSeconds = 0.0
  private var periodSeconds = 0.0
  private var backlogged = 0.0
  private var steady = 0.0
  private var hasRunDry = false
  private var hasStalled = false
  private var hasSettled = false
  private var mayAdopt = true

  /// - Parameter lead: Output frames the reader takes ahead of those it plays.
  init(inputRate: Int, outputRate: Int, lead: Int, settings: JitterSettings, at: Instant) {
    self.inputRate = Double(inputRate)
    self.outputRate = Double(outputRate)
    self.lead = Double(lead) / Double(outputRate)
    ceiling = max(0.02, settings.ceiling.seconds)
    floor = max(0, settings.floor.seconds)
    target = min(settings.initial.seconds, ceiling)
    base = at
    lastLook = at
  }

  /// Smallest delay that survives what was seen, in seconds.
  var needed: Double {
    let bare = packetSeconds + periodSeconds
    return max(bare + lead, min(ceiling, max(floor, bare + lead + periodSeconds / 2 + lateness.spread)))
  }

  /// Another ceiling while sound plays: a delay above it comes down at once, as a backlog; one below it stays.
  mutating func limit(to new: Duration) {
    let new = max(0.02, new.seconds)
    guard new != ceiling else { return }
    ceiling = new
    target = min(target, max(ceiling, needed))
  }

  // MARK: Arrivals

  /// A packet came. In order.
  mutating func arrived(_ arrival: Arrival) {
    packetSeconds = max(packetSeconds * 0.999, Double(arrival.frames) / inputRate)
    newest = arrival
    let late = (arrival.instant - base).seconds - Double(arrival.written) / inputRate
    newestLateness = late
    if arrival.restarts { forget() }
    if isOutlier(late, arrival.instant) || !isObserving { return }
    lateness.arrived(lateness: late)
  }

  /// Counting begins a second after the first sound: what a sender sends in a heap at the start is no jitter.
  private var isObserving: Bool { hasSettled || loop.age > 1 }

  /// A packet later than any delay could survive says nothing about jitter: the sender stalled or paused. Until it has
  /// caught up its packets are not counted; if it does not within a second, its time has moved and counting begins anew.
  private mutating func isOutlier(_ late: Double, _ at: Instant) -> Bool {
    guard let mean = lateness.mean else { return false }
    let seconds = (at - base).seconds
    if let since = outlier {
      if late - mean <= max(lateness.spread, 0.005) {
        outlier = nil
        return false
      }
      if seconds - since > 1 { forget() }
      return outlier != nil
    }
    if late - mean > ceiling {
      outlier = seconds
      hasStalled = true
    }
    return outlier != nil
  }

  private mutating func forget() {
    lateness = LatenessWindow()
    outlier = nil
  }

  // MARK: Looks

  /// The reader found nothing although it was playing: it buffers again.
  mutating func ranDry() {
    isPlaying = false
    hasRunDry = true
  }

  /// The sound stopped for another reason than an underrun.
  mutating func silenced() {
    isPlaying = false
    hasRunDry = false
  }

  /// The reader's clock stood still for a while: the delay is another one.
  mutating func readerRestarted() { loop.forgetDelay() }

  /// A cut was made.
  mutating func trimmed(frames: Int) {
    loop.shift(by: -Double(frames) / inputRate)
    backlogged = -1
  }

  /// What to do now. Called once for every block asked for.
  mutating func plan(_ look: Look) -> Plan {
    let seconds = max(0, (look.now - lastLook).seconds)
    let wasAway = look.now - lastLook > max(Self.away, .seconds(4 * Double(look.frames) / outputRate))
    lastLook = look.now
    blockSeconds = Double(look.frames) / outputRate
    periodSeconds = max(periodSeconds * 0.999, blockSeconds)
    if wasAway { return clear() }
    guard let newest else { return .wait }
    let delay = Double(newest.written - look.consumed) / inputRate + (look.now - newest.instant).seconds
    if !isPlaying { return begin(look, delay) }
    if look.isFinished { return .play(ratio: 1 + loop.speed, trim: 0) }
    if outlier == nil && isObserving { lateness.looked(lateness: newestLateness, seconds: blockSeconds) }
    let moving = moveTarget(delay)
    let ratio = loop.step(
      measured: delay, target: target, moving: moving, noise: lateness.spread, seconds: blockSeconds)
    settle()
    return .play(ratio: ratio, trim: trim(delay, look, seconds))
  }

  private mutating func clear() -> Plan {
    isPlaying = false
    hasRunDry = false
    hasSettled = false
    mayAdopt = true
    forget()
    return .clear
  }

  /// Begins when the delay reaches the target within this block.
  private mutating func begin(_ look: Look, _ delay: Double) -> Plan {
    let fill = Double(look.fill) / inputRate
    if look.isFinished { return start(silence: 0, skip: 0, look.fill > 0) }
    let goal = max(target, needed)
    guard delay + blockSeconds > goal else { return .wait }
    let silence = min(look.frames - 1, max(0, Int(((goal - delay) * outputRate).rounded())))
    guard fill >= Double(look.frames - silence) / outputRate + lead else { return .wait }
    raiseTarget()
    let excess = delay > limit ? delay - max(target, needed) : 0
    let room = fill - periodSeconds - lead
    return start(silence: silence, skip: Int(max(0, min(excess, room)) * inputRate), true)
  }

  private mutating func start(silence: Int, skip: Int, _ canStart: Bool) -> Plan {
    guard canStart else { return .wait }
    isPlaying = true
    hasRunDry = false
    hasStalled = false
    loop.restart()
    backlogged = 0
    return .start(silence: silence, skip: skip)
  }

  // MARK: Target

  /// After an underrun: at once to what would have survived it; a little more if nothing explains it.
  private mutating func raiseTarget() {
    let isExplained = needed > target || hasStalled || !hasRunDry
    target = min(max(ceiling, needed), max(target, needed) + (isExplained ? 0 : 0.010))
    if hasRunDry { steady = 0 }
    hasSettled = false
  }

  /// Slowly down to what is needed, slowly up when more is needed than is held.
  /// - Returns: How fast the target moves, in seconds per second.
  private mutating func moveTarget(_ delay: Double) -> Double {
    steady += blockSeconds
    guard hasSettled, loop.delay - target < DriftLoop.far else { return 0 }
    let needed = self.needed
    var moving = 0.0
    if needed > target + 0.0005 {
      moving = min(200e-6, max(20e-6, loop.spare(faster: false)))
    } else if needed < target - 0.002, steady > 60, lateness.observed > 60 {
      moving = -min(100e-6, loop.spare(faster: true))
    }
    target += moving * blockSeconds
    return moving
  }

  /// Three seconds after the first sound the delay that came about is taken as it is, if it is good: it hangs on the lateness
  /// of one packet, and moving to the target would cost the identity of the samples for nothing.
  private mutating func settle() {
    guard !hasSettled, loop.age >= DriftLoop.first else { return }
    hasSettled = true
    if mayAdopt, abs(loop.delay - target) < DriftLoop.far { target = min(loop.delay, max(ceiling, needed)) }
    mayAdopt = false
  }

  // MARK: Backlog

  /// Delay from which on a backlog is cut.
  private var limit: Double { max(ceiling, target + DriftLoop.far) + lateness.lead }

  /// Input frames to cut; once the backlog has stood for a tenth of a second, so that a burst is cut once.
  private mutating func trim(_ delay: Double, _ look: Look, _ seconds: Double) -> Int {
    backlogged = delay > limit || backlogged < 0 ? backlogged + seconds : 0
    guard backlogged > 0.1 else { return 0 }
    let room = Double(look.fill) / inputRate - 2 * periodSeconds - lead
    return Int(max(0, min(delay - target, room)) * inputRate)
  }
}
