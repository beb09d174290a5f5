/// Converts one stream. What the converter looks ahead leaves before a gap and at the end. Data thread.
final class ResampleStage: Stage {
  private let input: StreamFormat
  private let output: StreamFormat
  private var converter: PCMConverter
  private let out: Slab<UInt8>
  private var gaps = GapLedger()
  private var sequence: UInt64 = 0
  private var lastArrival = Instant(nanoseconds: 0)
  /// Missing input frames that made no whole output frame yet, times the output rate.
  private var gapRest = 0

  /// Frames of one packet at most.
  private static let block = 4096

  init(_ converter: consuming PCMConverter) {
    input = converter.input
    output = converter.output
    out = Slab(repeating: 0, count: ResampleStage.block * converter.output.bytesPerFrame)
    self.converter = converter
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    lastArrival = packet.arrival
    let untold = gaps.untold(before: packet)
    if untold > 0 { pass(gap: untold, next) }
    let size = input.bytesPerFrame
    let frames = packet.wholeFrames(of: input)
    var used = 0
    var verdict = Verdict.go
    let out = out
    while true {
      var target = out.bytes(out.count)
      let progress = converter.convert(packet.bytes.extracting(used * size..<frames * size), into: &target)
      used += progress.used
      if progress.made > 0 { verdict = verdict.joined(with: send(progress.made, next)) }
      if progress.made == 0 && progress.used == 0 { return verdict }
      if used == frames && progress.made < ResampleStage.block { return verdict }
    }
  }

  func gap(frames: Int, _ next: Branch) {
    gaps.tell(frames)
    pass(gap: frames, next)
  }

  func finish(_ end: StreamEnd, _ next: Branch) { flush(next) }

  /// The sum of what is told below is exact: remainders are kept.
  private func pass(gap frames: Int, _ next: Branch) {
    flush(next)
    let (whole, rest) = (frames * output.sampleRate + gapRest).quotientAndRemainder(dividingBy: input.sampleRate)
    gapRest = rest
    if whole > 0 { next.sendGap(frames: whole) }
  }

  private func flush(_ next: Branch) {
    let out = out
    while true {
      var target = out.bytes(out.count)
      let made = converter.flush(into: &target)
      if made == 0 { return }
      _ = send(made, next)
    }
  }

  private func send(_ frames: Int, _ next: Branch) -> Verdict {
    let out = out
    let lent = out.span(0..<frames * output.bytesPerFrame)
    let packet = Packet(bytes: unsafe lent.bytes, frames: frames, sequence: sequence, arrival: lastArrival)
    sequence &+= 1
    return next.send(packet)
  }
}
