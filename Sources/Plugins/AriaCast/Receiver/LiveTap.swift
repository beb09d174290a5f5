import RouterCore

/// What one sender's stream does to the receiver's own live output: the same as a stream at an `http.stream`. Confined
/// to the connection's loop.
final class LiveTap {
  private let output: LiveOutput
  private let time: any TimeSource
  private var place: Branch?
  /// A converter must see what is not heard, so that it begins anew afterwards.
  private var seesAll = false

  init(_ output: LiveOutput, _ time: any TimeSource) {
    self.output = output
    self.time = time
  }

  /// Another stream begins; the one before has ended. Makes its memory here, before the first packet.
  /// - Parameter rate: Frames per second.
  func begin(_ stream: StreamID, rate: Int) {
    let format = CastFormat.stream(at: rate)
    seesAll = format != output.format
    let ticket = FeedGate.ticket(stream: stream, place: 0)
    place = stage(format, ticket).map { Branch(node: "live", format: format, stage: $0) }
  }

  /// Data thread.
  func lend(_ packet: Packet) {
    guard output.isHeard || seesAll, let place else { return }
    _ = place.lend(packet)
  }

  func end() {
    if let place { place.stage.finish(.closed, place) }
    place = nil
  }

  private func stage(_ format: StreamFormat, _ ticket: UInt64) -> (any Stage)? {
    if format == output.format { return HTTPStreamStage(output: output, ticket: ticket, time: time) }
    do throws(ConversionError) {
      let converter = try PCMConverter(from: format, to: output.format)
      return HTTPStreamConverter(output: output, ticket: ticket, converter: converter, time: time)
    } catch {
      return nil
    }
  }
}
