import RouterCore
import Synchronization

/// What an ``AudioIngest`` asks of its node. Called on the connection's loop; the effects are the node's.
struct IngestEvents: Sendable {
  /// The sound has another rate than the stream: open another one, store it in the session, resume.
  var rateChanged: @Sendable (Int) -> Void
  /// The connection is over.
  var closed: @Sendable (_ code: UInt16) -> Void
}

/// The data half of one sender: messages on `/audio` become packets of its stream. Confined to the connection's loop.
final class AudioIngest: WebSocketHandler {
  /// Bytes kept while another stream is being opened; reading stops meanwhile, so that this is rarely more than one
  /// message.
  static let heldLimit = 256 << 10

  private let session: SessionState
  private let counters: ReceiverCounters
  private let events: IngestEvents
  private var framing: AudioFraming
  private var guess = RateGuess()
  private var watch = SoundWatch()
  private let tap: LiveTap
  private var source: StreamSource?
  private var stream: StreamID = 0
  private var held: [UInt8] = []
  private var lastArrival: Instant

  /// - Parameter live: Where the receiver's own listeners hear the sender.
  init(
    session: SessionState, counters: ReceiverCounters, events: IngestEvents, live: LiveOutput, on loop: isolated Loop
  ) {
    self.session = session
    tap = LiveTap(live, loop.time)
    self.counters = counters
    self.events = events
    framing = AudioFraming(rate: CastFormat.sampleRate)
    lastArrival = loop.time.now
    stream = session.stream.load(ordering: .acquiring)
    source = loop.source(stream)
    if stream != 0 { tap.begin(stream, rate: session.rate.load(ordering: .relaxed)) }
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    if message.isText {
      counters.texts.add()
      return .go
    }
    let bytes = message.payload
    guard AudioFraming.isWhole(bytes.byteCount) else {
      counters.oddLengths.add()
      session.dropped.add(1, ordering: .relaxed)
      return .go
    }
    if bytes.byteCount == 0 { return .go }
    lastArrival = message.arrival
    if guess.message(bytes: bytes.byteCount) { return changeRate(holding: bytes) }
    note(bytes, at: message.arrival)
    guard refresh(on: loop) else { return hold(bytes) }
    return answer(to: push(bytes, at: message.arrival))
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    if refresh(on: loop) { _ = framing.flush(at: lastArrival, lend) }
    source = nil
    tap.end()
    events.closed(code)
  }

  // MARK: Streams

  /// Follows the session to its newest stream.
  /// - Returns: false while that is being opened.
  private func refresh(on loop: isolated Loop) -> Bool {
    let current = session.stream.load(ordering: .acquiring)
    if current == 0 { return false }
    if current == stream { return true }
    stream = current
    source = loop.source(current)
    let rate = session.rate.load(ordering: .relaxed)
    framing = AudioFraming(rate: rate)
    tap.begin(current, rate: rate)
    if !held.isEmpty { _ = unsafe push(held.span.bytes, at: lastArrival) }
    held = []
    return true
  }

  /// Leaves the stream, keeps the message for the next one, stops reading until that stands. At most twice a session.
  private func changeRate(holding bytes: RawSpan) -> WebSocketVerdict {
    if session.stream.exchange(0, ordering: .acquiringAndReleasing) != 0 {
      _ = framing.flush(at: lastArrival, lend)
    }
    stream = 0
    source = nil
    tap.end()
    note(bytes, at: lastArrival)
    events.rateChanged(guess.rate)
    return hold(bytes)
  }

  private func hold(_ bytes: RawSpan) -> WebSocketVerdict {
    guard held.count + bytes.byteCount <= AudioIngest.heldLimit else {
      counters.overflow.add()
      session.dropped.add(1, ordering: .relaxed)
      return .pause
    }
    unsafe bytes.withUnsafeBytes { unsafe held.append(contentsOf: $0) }
    return .pause
  }

  // MARK: Packets

  private func push(_ bytes: RawSpan, at arrival: Instant) -> Verdict { framing.receive(bytes, at: arrival, lend) }

  private func lend(_ packet: Packet) -> Verdict {
    guard let source else { return .close(.disconnected) }
    let verdict = source.push(packet)
    if case .close = verdict { return verdict }
    tap.lend(packet)
    return verdict
  }

  /// Senders of this protocol cannot be held: a pause is not passed on, the stages below drop what they cannot take.
  private func answer(to verdict: Verdict) -> WebSocketVerdict {
    guard case .close(let end) = verdict else { return .go }
    return .close(code: end == .stopping ? 1001 : 1000, reason: end.rawValue)
  }

  private func note(_ bytes: RawSpan, at arrival: Instant) {
    let (late, unusual) = (watch.late, watch.unusual)
    watch.message(bytes, rate: guess.rate, at: arrival)
    counters.messages.add()
    if watch.late != late { counters.late.add() }
    if watch.late != late { session.late.store(watch.late, ordering: .relaxed) }
    if watch.unusual != unusual { counters.unusualSizes.add() }
    if watch.unusual != unusual { session.unusual.store(watch.unusual, ordering: .relaxed) }
    session.messages.add(1, ordering: .relaxed)
    session.lastFrame.store(arrival.nanoseconds, ordering: .relaxed)
    session.zeroSince.store(watch.zeroSince?.nanoseconds ?? 0, ordering: .relaxed)
  }
}
