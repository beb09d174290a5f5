import RouterCore
import Synchronization

/// One live body: the newest stream's sound, and silence for exactly the time nobody sends.
///
/// While nobody listens nothing is written and no time is kept: a packet costs one look at the audience.
///
/// Unchecked because the compiler cannot see that `ledger`, `silence` and `feed` are touched only between
/// entering and leaving the gate, which lets one thread in at a time.
final class LiveOutput: @unchecked Sendable {
  /// Of the body: 16-bit PCM, or MP3.
  let format: StreamFormat
  private var feed: (any LiveFeed)?
  private let gate = FeedGate()
  let counters: HTTPStreamCounters
  private var silence: LiveSilence
  private var ledger: SilenceLedger
  /// When a stream last wrote, in nanoseconds: lets the timer stay away from the gate while sound flows.
  private let lastSound = Atomic<Int64>(.min / 2)
  private let audience = Atomic<Int>(0)
  /// The first listener has come: time counts from now on.
  private let isBeginning = Atomic<Bool>(false)

  /// - Parameter surplus: What a listener may lag.
  init(format: StreamFormat, surplus: Duration, counters: HTTPStreamCounters, at now: Instant) {
    silence = format.codec == .mp3 ? .mp3(format) : .pcm(format)
    self.format = format
    self.counters = counters
    ledger = SilenceLedger(sampleRate: format.sampleRate, surplus: surplus, start: now)
  }

  /// Gives the body another feed, or none: then what streams bring is not heard. Control side.
  func connect(_ feed: (any LiveFeed)?) async {
    while !gate.enterBetween() { await Task.yield() }
    self.feed = feed
    gate.leave()
  }

  /// A listener may lag that much from now on. Control side.
  func believe(surplus: Duration) async {
    while !gate.enterBetween() { await Task.yield() }
    ledger.believe(surplus: surplus)
    gate.leave()
  }

  /// Somebody listens.
  var isHeard: Bool { audience.load(ordering: .acquiring) > 0 }

  /// So many listeners have come; negative: left. Any thread.
  /// - Returns: whether somebody listens now and nobody did before.
  func audienceChanged(by change: Int) -> Bool {
    counters.listeners.add(change)
    if change > 0, !isHeard { isBeginning.store(true, ordering: .relaxed) }
    let (before, now) = audience.add(change, ordering: .acquiringAndReleasing)
    return before <= 0 && now > 0
  }

  /// Asks for the body on behalf of a stream; every `true` is followed by ``end()``. Data thread.
  /// - Returns: false when nobody listens, a newer stream has it, or another thread is in the middle of a write.
  func begin(_ ticket: UInt64) -> Bool {
    guard isHeard else { return false }
    switch gate.enter(ticket) {
    case .entered: return true
    case .superseded:
      counters.superseded.add()
      return false
    case .busy:
      counters.collisions.add()
      return false
    }
  }

  func end() { gate.leave() }

  /// Writes PCM, and before it the rest of the pause it ends. Between ``begin(_:)`` and ``end()``.
  /// - Parameter bytes: Whole frames in ``format``.
  func write(_ bytes: RawSpan, at arrival: Instant) {
    write(bytes, frames: bytes.byteCount / format.bytesPerFrame, at: arrival)
  }

  /// Writes sound of so many frames, and before it the rest of the pause it ends. Between ``begin(_:)`` and ``end()``.
  func write(_ bytes: RawSpan, frames: Int, at arrival: Instant) {
    beginIfNew(at: arrival, with: frames)
    writeSilence(frames: ledger.live(frames: frames, at: arrival))
    feed?.write(bytes)
    lastSound.store(arrival.nanoseconds, ordering: .relaxed)
  }

  /// Silence that follows is to have this bit rate. Between ``begin(_:)`` and ``end()``.
  func imitate(bitrateKbps: Int) { silence.imitate(bitrateKbps: bitrateKbps) }

  /// Writes silence in place of frames a stream lost. Between ``begin(_:)`` and ``end()``.
  func writeGap(frames: Int, at now: Instant) {
    let count = min(frames, format.sampleRate)
    beginIfNew(at: now, with: count)
    writeSilence(frames: ledger.live(frames: count, at: now) + count)
    lastSound.store(now.nanoseconds, ordering: .relaxed)
  }

  /// Gives the body back when a stream is over.
  func release(_ ticket: UInt64) { gate.release(ticket) }

  /// Fills the time since the last sound, if it is over. Called every 20 ms by one loop's timer while somebody listens.
  func fill(at now: Instant) {
    let quiet = now.nanoseconds &- lastSound.load(ordering: .relaxed)
    if gate.isOwned, quiet < SilenceLedger.patience.nanoseconds { return }
    guard gate.enterBetween() else { return }
    beginIfNew(at: now, with: 0)
    writeSilence(frames: ledger.idle(at: now, isOpen: gate.isOwned))
    gate.leave()
  }

  /// Forgets the time nobody listened. Within the gate.
  private func beginIfNew(at now: Instant, with frames: Int) {
    guard isBeginning.load(ordering: .relaxed), isBeginning.exchange(false, ordering: .relaxed) else { return }
    ledger.restart(at: now, with: frames)
  }

  private func writeSilence(frames: Int) {
    counters.silence.add(frames)
    silence.owe(frames)
    while let count = silence.next() {
      let bytes = silence.bytes
      feed?.write(unsafe bytes.span.bytes.extracting(0..<count))
    }
  }
}
