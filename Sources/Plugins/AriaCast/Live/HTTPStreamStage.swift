import RouterCore

/// One stream at an `http.stream` of the same format: its bytes go into the body as they come. Data thread.
final class HTTPStreamStage: Stage {
  private let output: LiveOutput
  private let ticket: UInt64
  private let time: any TimeSource

  init(output: LiveOutput, ticket: UInt64, time: any TimeSource) {
    self.time = time
    self.output = output
    self.ticket = ticket
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    guard output.begin(ticket) else { return .go }
    output.write(packet.bytes, at: packet.arrival)
    output.end()
    return .go
  }

  func gap(frames: Int, _ next: Branch) {
    guard output.begin(ticket) else { return }
    output.writeGap(frames: frames, at: time.now)
    output.end()
  }

  func finish(_ end: StreamEnd, _ next: Branch) { output.release(ticket) }
}
