/// Delays one stream by whole frames. It keeps time: missing frames pass the line as silence. Data thread.
final class DelayStage: Stage {
  private let format: StreamFormat
  private var line: DelayLine
  /// What leaves; at most `block` frames at once.
  private var out: [UInt8]
  private let silence: [UInt8]
  private let block = 4096
  private let delay: Int
  private var sequence: UInt64 = 0
  private var lastArrival = Instant(nanoseconds: 0)
  private var gaps = GapLedger()

  init(_ format: StreamFormat, frames: Int) {
    self.format = format
    delay = frames
    line = DelayLine(size: frames * format.bytesPerFrame)
    out = [UInt8](repeating: 0, count: block * format.bytesPerFrame)
    silence = out
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    lastArrival = packet.arrival
    let untold = gaps.untold(before: packet)
    if untold > 0 { pass(gap: untold, next) }
    var verdict = Verdict.go
    for first in stride(from: 0, to: packet.wholeFrames(of: format), by: block) {
      verdict = verdict.joined(with: pass(packet.part(from: first, limit: block, of: format), next))
    }
    return verdict
  }

  func gap(frames: Int, _ next: Branch) {
    gaps.tell(frames)
    pass(gap: frames, next)
  }

  /// As long as there is sound in the line it leaves; what is missing beyond that is missing below, too.
  private func pass(gap frames: Int, _ next: Branch) {
    let filled = min(frames, delay)
    _ = passSilence(frames: filled, next)
    if frames > filled { next.sendGap(frames: frames - filled) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) { _ = passSilence(frames: delay, next) }

  private func passSilence(frames: Int, _ next: Branch) -> Verdict {
    let lent = silence
    var verdict = Verdict.go
    for first in stride(from: 0, to: frames, by: block) {
      let count = min(block, frames - first)
      let bytes = unsafe lent.span.bytes.extracting(0..<count * format.bytesPerFrame)
      verdict = verdict.joined(with: pass(Packet(bytes: bytes, frames: count, arrival: lastArrival), next))
    }
    return verdict
  }

  private func pass(_ part: Packet, _ next: Branch) -> Verdict {
    let size = part.bytes.byteCount
    line.exchange(part.bytes, into: &out)
    let lent = out
    let late = Packet(
      bytes: unsafe lent.span.bytes.extracting(0..<size), frames: part.frames, sequence: sequence,
      arrival: part.arrival)
    sequence &+= 1
    return next.send(late)
  }
}
