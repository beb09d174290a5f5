/// Amplifies one stream. Data thread.
final class GainStage: Stage {
  private let factor: LiveNumber
  private var ramp: GainRamp
  private var workspace: PCMWorkspace
  /// Packets sent beyond those received: large ones leave in parts.
  private var extra: UInt64 = 0

  init(_ format: StreamFormat, _ factor: LiveNumber) {
    self.factor = factor
    ramp = GainRamp(at: factor.value, length: format.sampleRate / 50)
    workspace = PCMWorkspace(format)
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    ramp.aim(at: factor.value)
    var numbered = packet
    numbered.sequence &+= extra
    let frames = packet.wholeFrames(of: workspace.format)
    if frames == 0 || (ramp.isSteady && ramp.goal == 1) { return next.send(numbered) }
    var verdict = Verdict.go
    for first in stride(from: 0, to: frames, by: workspace.frames) {
      let part = numbered.part(from: first, limit: workspace.frames, of: workspace.format)
      verdict = verdict.joined(with: amplify(part, next))
    }
    extra &+= UInt64((frames - 1) / workspace.frames)
    return verdict
  }

  private func amplify(_ part: Packet, _ next: Branch) -> Verdict {
    workspace.load(part)
    var done = 0
    while done < part.frames {
      let (count, start, end) = ramp.advance(limit: part.frames - done)
      workspace.amplify(first: done, count: count, from: start, to: end)
      done += count
    }
    workspace.store(frames: part.frames)
    let bytes = workspace.bytes
    let lent = bytes.span(0..<part.bytes.byteCount)
    return next.send(part.carrying(unsafe lent.bytes))
  }
}
