import RouterCore
import Synchronization

/// One stream's sound on its way from messages to packets. Confined to the connection's loop; allocates at its making
/// only.
final class MicFlow {
  private let format: MicFormat
  private let source: StreamSource
  private let sender: MicSender
  private let counters: MicCounters
  private var decoder: OpusDecoder?
  private var timeline: MicTimeline
  private var pace = MicPace()
  private var tap: MicTap
  private var number: UInt64 = 0
  /// What Opus packets and floats are turned into.
  private var samples: [Int16]
  /// As much silence as a message may hold.
  private let silence: [UInt8]

  init(_ path: MicSender.Path, _ source: StreamSource, _ sender: MicSender, _ counters: MicCounters) {
    format = path.format
    self.source = source
    self.sender = sender
    self.counters = counters
    timeline = MicTimeline(rate: format.rate, expected: path.expected)
    tap = MicTap(path.sound, format.stream)
    let longest = format.rate * MicFrame.longestMilliseconds / 1_000
    silence = [UInt8](repeating: 0, count: longest * format.stream.bytesPerFrame)
    samples = [Int16](repeating: 0, count: format.codec == .pcm16 ? 0 : longest * format.channels)
    guard format.codec == .opus else { return }
    decoder = try? OpusDecoder(sampleRate: format.rate, channels: format.channels)
  }

  /// Takes one binary message. Data thread.
  func take(_ message: RawSpan, at arrival: Instant) throws(MicFrame.Fault) -> Verdict {
    let frame = try MicFrame(message, of: format)
    let payload = message.extracting(droppingFirst: MicFrame.headBytes)
    let frames = try unpack(payload)
    guard pace.take(seconds: Double(frames) / Double(format.rate), at: arrival) else { throw .pace }
    let before = timeline.lost
    let step = try timeline.take(frame, frames: frames)
    count(message.byteCount, frames, frame, lost: timeline.lost - before, at: arrival)
    let (verdict, missing) = bridge(step, at: arrival)
    let last = lend(payload, frame, frames, missing: missing, at: arrival)
    return verdict.joined(with: last)
  }

  /// Sends the sound of one message on.
  private func lend(
    _ payload: RawSpan, _ frame: MicFrame, _ frames: Int, missing: Int, at arrival: Instant
  ) -> Verdict {
    let size = frames * format.stream.bytesPerFrame
    if frame.flags.contains(.muted) {
      let still = silence
      return push(unsafe still.span.bytes.extracting(0..<size), frames, missing: missing, at: arrival)
    }
    guard format.codec != .pcm16 else { return push(payload, frames, missing: missing, at: arrival) }
    let decoded = samples
    return push(unsafe decoded.span.bytes.extracting(0..<size), frames, missing: missing, at: arrival)
  }

  /// Makes 16-bit samples of what is none yet.
  /// - Returns: How many frames the message holds.
  private func unpack(_ payload: RawSpan) throws(MicFrame.Fault) -> Int {
    guard let size = format.frameBytes else { return try decode(payload) }
    if format.codec == .float32 {
      for index in 0..<payload.byteCount / 4 {
        samples[index] = int16(saturating: payload.f32le(4 * index))
      }
    }
    return payload.byteCount / size
  }

  private func decode(_ packet: RawSpan) throws(MicFrame.Fault) -> Int {
    var target = samples.mutableSpan
    guard let frames = decoder?.decode(packet, into: &target) else {
      counters.undecodable.add()
      throw .opus
    }
    return frames
  }

  private func push(_ sound: RawSpan, _ frames: Int, missing: Int, at arrival: Instant) -> Verdict {
    tap.lend(sound)
    defer { number &+= 1 }
    return source.push(Packet(bytes: sound, frames: frames, sequence: number, arrival: arrival, missing: missing))
  }

  /// Puts silence in for a little that was left out, and says how much was where it is more.
  private func bridge(_ step: MicTimeline.Step, at arrival: Instant) -> (Verdict, missing: Int) {
    switch step {
    case .next: return (.go, 0)
    case .restart(let frames):
      counters.restarts.add()
      source.gap(frames: frames)
      return (.go, frames)
    case .silence(var left):
      counters.silence.add(left)
      let size = format.stream.bytesPerFrame
      let still = silence
      var verdict = Verdict.go
      while left > 0 {
        let part = min(left, format.rate / 50)
        verdict = verdict.joined(
          with: push(unsafe still.span.bytes.extracting(0..<part * size), part, missing: 0, at: arrival))
        left -= part
      }
      return (verdict, 0)
    }
  }

  private func count(_ bytes: Int, _ frames: Int, _ frame: MicFrame, lost: Int, at arrival: Instant) {
    counters.frames.add()
    counters.bytes.add(bytes)
    if lost > 0 { counters.lost.add(lost) }
    if frame.flags.contains(.discontinuity) { counters.dropped.add() }
    sender.messages.add(1, ordering: .relaxed)
    sender.frames.add(frames, ordering: .relaxed)
    sender.lost.add(lost, ordering: .relaxed)
    sender.lastFrame.store(arrival.nanoseconds, ordering: .relaxed)
    sender.expected.store((timeline.expected ?? 0) &+ 1, ordering: .relaxed)
    let isMuted = frame.flags.contains(.muted)
    if isMuted != sender.isMuted.load(ordering: .relaxed) { sender.isMuted.store(isMuted, ordering: .relaxed) }
  }
}
