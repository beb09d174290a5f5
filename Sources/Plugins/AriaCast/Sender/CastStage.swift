internal import RouterCore

/// One stream's end at a cast: copies packets into the stream's voice. A full voice drops and counts; the source is
/// never asked to pause. Data thread.
final class CastStage: Stage {
  private var writer: VoiceWriter
  private let gate: CastGate
  private let input: CastInput

  init(_ writer: consuming VoiceWriter, _ gate: CastGate, _ input: CastInput) {
    self.writer = writer
    self.gate = gate
    self.input = input
  }

  /// A stage that never finished ends its voice when it goes.
  deinit { end() }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    if gate.isOpen { writer.write(packet) }
    return .go
  }

  func gap(frames: Int, _ next: Branch) {
    if gate.isOpen { writer.gap(frames: frames) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) { self.end() }

  private func end() {
    writer.finish()
    input.finish()
  }
}
