import RouterCore

/// One stream at an `http.stream` of another format: converted on its loop, in memory made beforehand. Data thread.
final class HTTPStreamConverter: Stage {
  /// Input frames of one step; a longer packet is taken in several.
  private static let step = 2_048

  private let output: LiveOutput
  private let ticket: UInt64
  private let time: any TimeSource
  private var converter: PCMConverter
  private var memory: [UInt8]
  private let stepBytes: Int
  /// Packets were not converted because another stream had the body: the next one is a beginning.
  private var isInterrupted = false
  private var lastArrival: Instant

  init(output: LiveOutput, ticket: UInt64, converter: consuming PCMConverter, time: any TimeSource) {
    self.output = output
    self.ticket = ticket
    self.time = time
    lastArrival = time.now
    stepBytes = HTTPStreamConverter.step * converter.input.bytesPerFrame
    memory = [UInt8](
      repeating: 0, count: converter.capacity(frames: HTTPStreamConverter.step) * converter.output.bytesPerFrame)
    self.converter = converter
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    guard output.begin(ticket) else {
      isInterrupted = true
      return .go
    }
    if isInterrupted { converter.reset() }
    isInterrupted = false
    lastArrival = packet.arrival
    var offset = 0
    while offset < packet.bytes.byteCount {
      let end = min(offset &+ stepBytes, packet.bytes.byteCount)
      write(convert(packet.bytes.extracting(offset..<end)), at: packet.arrival)
      offset = end
    }
    output.end()
    return .go
  }

  func gap(frames: Int, _ next: Branch) {
    guard output.begin(ticket) else { return }
    let (from, to) = (converter.input.sampleRate, converter.output.sampleRate)
    output.writeGap(frames: min(frames, from) * to / from, at: time.now)
    output.end()
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    if !isInterrupted, output.begin(ticket) {
      var made = flush()
      while made > 0 {
        write(made, at: lastArrival)
        made = flush()
      }
      output.end()
    }
    output.release(ticket)
  }

  /// - Returns: Frames made in `memory`.
  private func convert(_ bytes: RawSpan) -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.convert(bytes, into: &target).made
  }

  private func flush() -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.flush(into: &target)
  }

  private func write(_ frames: Int, at arrival: Instant) {
    if frames == 0 { return }
    let memory = memory
    unsafe output.write(memory.span.bytes.extracting(0..<frames &* output.format.bytesPerFrame), at: arrival)
  }
}
