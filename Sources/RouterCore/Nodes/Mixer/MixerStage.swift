/// One stream's way into a mixer: a copy into its voice. Data thread.
final class MixerStage: Stage {
  private var writer: VoiceWriter

  init(_ writer: consuming VoiceWriter) { self.writer = writer }

  /// A stage that never finished ends its voice when it goes.
  deinit { writer.finish() }

  /// A full voice drops the packet and counts it in the stream's record; the mixer never holds a source.
  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    writer.write(packet)
    return .go
  }

  func gap(frames: Int, _ next: Branch) { writer.gap(frames: frames) }
  func finish(_ end: StreamEnd, _ next: Branch) { writer.finish() }
}
