import RouterCore

/// One stream whose packets go out as they come: MP3 frames, Ogg pages. Data thread.
final class TCPStreamStage: Stage {
  private let output: TCPStreamOutput

  init(_ output: TCPStreamOutput) { self.output = output }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    output.write(packet.bytes)
    return .go
  }

  func finish(_ end: StreamEnd, _ next: Branch) { output.end() }
}
