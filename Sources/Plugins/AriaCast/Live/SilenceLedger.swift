import RouterCore

/// Keeps account of how far a live body is covered with sound, so that silence fills exactly the time in between.
///
/// Time is counted in frames since the start, so nothing adds up over the days. A listener plays in real time: what a
/// sender delivered early is a surplus its player still holds, and silence waits until that is used up. Pure.
struct SilenceLedger {
  /// An open stream that stops sending is waited for so long before silence takes its place: the packets of a short
  /// stall come in one burst, and silence between them would stay in every listener's delay.
  static let patience = Duration.milliseconds(500)

  let sampleRate: Int
  /// Frames of surplus believed in, and frames of silence made up for at once after the machine slept.
  private var limit: Int
  private let start: Instant
  /// Frames since `start` for which listeners have sound.
  private(set) var covered = 0
  /// The last thing written was silence.
  private(set) var isFilling = true

  /// - Parameter surplus: Longest believable surplus: what a listener may lag.
  init(sampleRate: Int, surplus: Duration, start: Instant) {
    self.sampleRate = sampleRate
    self.start = start
    limit = SilenceLedger.frames(in: surplus, at: sampleRate)
  }

  /// A listener may lag that much from now on.
  mutating func believe(surplus: Duration) { limit = SilenceLedger.frames(in: surplus, at: sampleRate) }

  /// Somebody begins to listen: what was before is forgotten.
  /// - Parameter frames: Of the packet that has come just now.
  mutating func restart(at now: Instant, with frames: Int) {
    covered = position(at: now) - frames
    isFilling = true
  }

  /// A packet of a stream is about to be written.
  /// - Returns: Frames of silence to write before it: the rest of the pause it ends.
  mutating func live(frames: Int, at arrival: Instant) -> Int {
    let now = position(at: arrival)
    let pause = now - frames - covered
    let silence = isFilling ? min(max(0, pause), limit) : 0
    isFilling = false
    covered = min(max(covered, now - frames) + frames, now + limit)
    return silence
  }

  /// Nobody has written for a moment.
  /// - Parameter isOpen: A stream is there and may go on at any moment.
  /// - Returns: Frames of silence due now; 0 while listeners still have sound.
  mutating func idle(at now: Instant, isOpen: Bool) -> Int {
    let due = due(at: now, isOpen: isOpen)
    guard due > 0 else { return 0 }
    covered = position(at: now)
    isFilling = true
    return due
  }

  /// What ``idle(at:isOpen:)`` would return.
  func due(at now: Instant, isOpen: Bool) -> Int {
    let missing = position(at: now) - covered
    let patience = isOpen && !isFilling ? SilenceLedger.frames(in: SilenceLedger.patience, at: sampleRate) : 1
    return missing >= patience ? min(missing, limit) : 0
  }

  private func position(at instant: Instant) -> Int { SilenceLedger.frames(in: instant - start, at: sampleRate) }

  /// Whole frames in a span of time; seconds and the rest apart, so that years do not overflow.
  private static func frames(in duration: Duration, at rate: Int) -> Int {
    let (seconds, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Int(seconds) * rate + Int(rest) * rate / 1_000_000_000
  }
}
