internal import RouterCore

/// The loop's end of the ring that recorded periods go through. Owned by the loop; allocates nothing after `init`.
struct CaptureDrain: ~Copyable {
  private var reader: RingReader
  private let frames: Int
  private var record: [UInt8]
  private var sequence: UInt64 = 0

  init(_ reader: consuming RingReader, _ format: CardFormat) {
    self.reader = reader
    frames = format.periodFrames
    record = Array(repeating: 0, count: Microphone.recordSize(of: format))
  }

  /// Forgets what waits in the ring: a new stream begins with what is recorded now.
  mutating func restart() {
    reader.skip(reader.fill / record.count * record.count)
    sequence = 0
  }

  /// Pushes what waits in the ring. Data thread.
  /// - Returns: false when the stream wants no more.
  mutating func push(into source: StreamSource) -> Bool {
    while Self.take(&reader, into: &record) {
      if !Self.push(record, frames, sequence, into: source) { return false }
      sequence += 1
    }
    return true
  }

  private static func push(_ record: [UInt8], _ frames: Int, _ sequence: UInt64, into source: StreamSource) -> Bool {
    let bytes = unsafe record.span.bytes
    let lost = CaptureRecord.lost(in: bytes)
    if lost > 0, sequence > 0 { source.gap(frames: lost) }
    let verdict = source.push(
      Packet(
        bytes: bytes.extracting(droppingFirst: CaptureRecord.head), frames: frames, sequence: sequence,
        arrival: CaptureRecord.recorded(in: bytes)))
    if case .close = verdict { return false }
    return true
  }

  private static func take(_ reader: inout RingReader, into record: inout [UInt8]) -> Bool {
    var target = record.mutableSpan
    var bytes = unsafe target.mutableBytes
    return reader.read(into: &bytes)
  }
}
