import RouterCore

/// One MP3 stream at an `http.stream`: whole frames go into the body as they come. Data thread.
final class HTTPStreamMP3Stage: Stage {
  private let output: LiveOutput
  private let ticket: UInt64
  private let counters: HTTPStreamCounters
  private let time: any TimeSource

  init(output: LiveOutput, ticket: UInt64, counters: HTTPStreamCounters, time: any TimeSource) {
    self.output = output
    self.ticket = ticket
    self.counters = counters
    self.time = time
  }

  /// A packet that is not whole frames of the body's format is left out: it would tear the frames of all listeners.
  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    let (rate, channels) = (output.format.sampleRate, output.format.channels)
    guard let found = MP3FrameHeader.survey(packet.bytes, sampleRate: rate, channels: channels) else {
      counters.malformed.add()
      return .go
    }
    guard output.begin(ticket) else { return .go }
    output.write(packet.bytes, frames: found.frames, at: packet.arrival)
    output.imitate(bitrateKbps: found.bitrateKbps)
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
