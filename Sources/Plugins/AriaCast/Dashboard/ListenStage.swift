import RouterCore

/// One stream at a dashboard in the format of `/listen`: its packets go to the browsers as they come. Data thread.
final class ListenStage: Stage {
  private let output: ListenOutput
  private let ticket: UInt64
  private var meter: SoundMeter

  init(output: ListenOutput, ticket: UInt64, meter: SoundMeter) {
    self.output = output
    self.ticket = ticket
    self.meter = meter
  }

  deinit { meter.end() }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    meter.packet(packet)
    guard output.begin(ticket) else { return .go }
    output.write(packet.bytes)
    output.end()
    return .go
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    meter.end()
    output.release(ticket)
  }
}
