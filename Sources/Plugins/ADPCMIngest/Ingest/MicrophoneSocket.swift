import RouterCore
import Synchronization

/// What a ``MicrophoneSocket`` asks of its node. Called on the connection's loop; the effects are the node's.
struct MicrophoneEvents: Sendable {
  /// The handshake is taken: build the path, store the stream, resume.
  var greeted: @Sendable (IngestHandshake) -> Void
  /// The sender broke the protocol; its connection is being closed.
  var refused: @Sendable () -> Void
  /// The sender said goodbye: finish the stream, then answer.
  var leaving: @Sendable () -> Void
  /// The connection is over.
  var closed: @Sendable (_ code: UInt16) -> Void
}

/// The data half of one microphone: its messages become packets of its stream. Confined to the connection's loop.
final class MicrophoneSocket: WebSocketHandler {
  /// The largest frame there can be, and room to spare: a larger message is closed with 1009.
  static let messageLimit = IngestFrame.headBytes + 65_535 * 8 * 2 + 4_096
  /// Sound a gap is filled with at most.
  static let longestFill = 10
  /// Sound a gap is said to be long at most, in seconds: who skips 2,000,000,000 numbers has begun anew.
  static let longestGap = 60

  private let microphone: Microphone
  private let counters: IngestCounters
  private let settings: IngestSettings
  private let events: MicrophoneEvents
  private var session = IngestSession()
  private var source: StreamSource?
  private var tap: SoundTap?
  /// One silent frame.
  private var silence: [UInt8] = []
  private var lastSamples = 0

  init(_ microphone: Microphone, _ counters: IngestCounters, _ settings: IngestSettings, _ events: MicrophoneEvents) {
    self.microphone = microphone
    self.counters = counters
    self.settings = settings
    self.events = events
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    switch session.message(message.payload, isText: message.isText) {
    case .open(let handshake):
      begin(handshake)
      return .pause
    case .frame(let sequence, let step):
      return take(message.payload, sequence, step, at: message.arrival, on: loop)
    case .empty:
      counters.empty.add()
      return .go
    case .refuse(let refusal):
      counters.refused(refusal)
      events.refused()
      return .close(code: refusal.code, reason: refusal.reason)
    case .nothing: return .go
    }
  }

  func closing(code: UInt16, reason: String, on loop: isolated Loop) -> WebSocketGoodbye {
    guard session.handshake != nil else { return .reply(code: 1000, reason: "bye") }
    events.leaving()
    return .later
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    source = nil
    tap = nil
    events.closed(code)
  }

  // MARK: Packets

  private func begin(_ handshake: IngestHandshake) {
    tap = SoundTap(microphone.sound, handshake)
    lastSamples = handshake.frameSamples
    silence = [UInt8](repeating: 0, count: handshake.payloadBytes(samples: handshake.frameSamples))
    events.greeted(handshake)
  }

  private func take(
    _ message: RawSpan, _ sequence: UInt32, _ step: SequenceWatch.Step, at arrival: Instant, on loop: isolated Loop
  ) -> WebSocketVerdict {
    counters.frames.add()
    counters.bytes.add(message.byteCount)
    counters.noted(step)
    microphone.count(bytes: message.byteCount, step, at: arrival)
    source = source ?? loop.source(microphone.stream.load(ordering: .acquiring))
    guard let source, let handshake = session.handshake else { return .close(code: 1000, reason: "disconnected") }
    let payload = message.extracting(droppingFirst: IngestFrame.headBytes)
    let samples = handshake.samples(payloadBytes: payload.byteCount)
    var verdict = Verdict.go
    var missing = 0
    if case .gap(let frames) = step {
      (missing, verdict) = bridge(frames, before: sequence, handshake, source, at: arrival)
    }
    let packet = Packet(
      bytes: payload, frames: samples, sequence: UInt64(sequence), arrival: arrival, missing: missing)
    verdict = verdict.joined(with: source.push(packet))
    tap?.lend(payload, sequence: sequence)
    if handshake.frameSamples == 0 { lastSamples = samples }
    return answer(to: verdict, at: arrival)
  }

  /// Fills a gap, or says how long it is.
  /// - Returns: Samples that are still missing.
  private func bridge(
    _ frames: UInt32, before sequence: UInt32, _ handshake: IngestHandshake, _ source: StreamSource,
    at arrival: Instant
  ) -> (missing: Int, Verdict) {
    var verdict = Verdict.go
    var left = frames
    if settings.fillsGaps, handshake.frameSamples > 0 {
      let most = MicrophoneSocket.longestFill * handshake.sampleRate / handshake.frameSamples
      let filled = min(frames, UInt32(clamping: most))
      let lent = silence
      for number in 0..<filled {
        let packet = unsafe Packet(
          bytes: lent.span.bytes, frames: handshake.samples(payloadBytes: lent.count),
          sequence: UInt64(sequence &- filled &+ number), arrival: arrival)
        verdict = verdict.joined(with: source.push(packet))
      }
      counters.filled.add(Int(filled))
      left -= filled
    }
    let missing = min(Int(left) * lastSamples, MicrophoneSocket.longestGap * handshake.sampleRate)
    if missing > 0 { source.gap(frames: missing) }
    return (missing, verdict)
  }

  /// A sink that is behind holds the sender, for as long as that may take.
  private func answer(to verdict: Verdict, at arrival: Instant) -> WebSocketVerdict {
    if case .close(let end) = verdict {
      return .close(code: end == .stopping ? 1001 : 1000, reason: end.rawValue)
    }
    guard verdict == .pause || microphone.record.hold.isHeld else {
      if microphone.isOverdue.load(ordering: .relaxed) { microphone.isOverdue.store(false, ordering: .relaxed) }
      if microphone.heldSince.load(ordering: .relaxed) != 0 { microphone.heldSince.store(0, ordering: .relaxed) }
      return .go
    }
    guard settings.holdTime > .zero, !microphone.isOverdue.load(ordering: .relaxed) else { return .go }
    if microphone.heldSince.load(ordering: .relaxed) == 0 {
      microphone.heldSince.store(arrival.nanoseconds, ordering: .relaxed)
    }
    counters.holds.add()
    return .pause
  }
}
