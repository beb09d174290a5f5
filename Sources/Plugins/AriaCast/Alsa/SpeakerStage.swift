internal import RouterCore

/// One stream's end at the speaker: copies packets into the stream's voice, from which the card's thread plays.
///
/// Never asks its source to pause: what does not fit into two ceilings of delay is thrown away and counted by the voice.
/// While the card is absent packets pass silently and are not kept. Data thread.
final class SpeakerStage: Stage {
  private let input: SpeakerInput
  private var voice: SpeakerVoice?

  init(_ input: SpeakerInput) { self.input = input }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    guard input.refresh(&voice) else { return .go }
    _ = voice?.writer.write(packet)
    voice?.wakeUp.wakeIfAsleep()
    return .go
  }

  func gap(frames: Int, _ next: Branch) {
    if input.refresh(&voice) { voice?.writer.gap(frames: frames) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) { input.finish(&voice) }
}
