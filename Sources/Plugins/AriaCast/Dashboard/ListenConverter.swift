import RouterCore

/// One stream at a dashboard in another format than that of `/listen`: converted on its loop, in memory made
/// beforehand. Data thread.
final class ListenConverter: Stage {
  /// Input frames of one step; a longer packet is taken in several.
  private static let step = 2_048

  private let output: ListenOutput
  private let ticket: UInt64
  private var meter: SoundMeter
  private var converter: PCMConverter
  private var memory: [UInt8]
  private let stepBytes: Int
  /// Packets were not converted because another stream was heard: the next one is a beginning.
  private var isInterrupted = false

  init(output: ListenOutput, ticket: UInt64, meter: SoundMeter, converter: consuming PCMConverter) {
    self.output = output
    self.ticket = ticket
    self.meter = meter
    stepBytes = ListenConverter.step * converter.input.bytesPerFrame
    memory = [UInt8](
      repeating: 0, count: converter.capacity(frames: ListenConverter.step) * converter.output.bytesPerFrame)
    self.converter = converter
  }

  deinit { meter.end() }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    meter.packet(packet)
    guard output.begin(ticket) else {
      isInterrupted = true
      return .go
    }
    if isInterrupted { converter.reset() }
    isInterrupted = false
    var offset = 0
    while offset < packet.bytes.byteCount {
      let end = min(offset &+ stepBytes, packet.bytes.byteCount)
      write(convert(packet.bytes.extracting(offset..<end)))
      offset = end
    }
    output.end()
    return .go
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    meter.end()
    output.release(ticket)
  }

  /// - Returns: Frames made in `memory`.
  private func convert(_ bytes: RawSpan) -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.convert(bytes, into: &target).made
  }

  private func write(_ frames: Int) {
    if frames == 0 { return }
    let memory = memory
    unsafe output.write(memory.span.bytes.extracting(0..<frames &* ListenOutput.format.bytesPerFrame))
  }
}
