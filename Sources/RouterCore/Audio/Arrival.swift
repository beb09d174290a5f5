/// What the writer of a voice notes about a packet, beside its bytes.
struct Arrival: Equatable {
  /// Frames written so far, this packet and all gaps included.
  var written: Int
  /// Frames of this packet alone.
  var frames: Int
  var instant: Instant
  /// True after an overflow: the frames no longer follow the arrivals.
  var restarts: Bool

  /// Bytes of one in the ring.
  static let size = 32
}

extension RingWriter {
  /// Notes one arrival; when nobody reads the notes it is lost, which the notes after it make good.
  mutating func write(_ arrival: Arrival) {
    let words: InlineArray<4, Int64> = [
      Int64(arrival.written), Int64(arrival.frames), arrival.instant.nanoseconds, arrival.restarts ? 1 : 0,
    ]
    _ = write(unsafe words.span.bytes)
  }
}

extension RingReader {
  mutating func readArrival() -> Arrival? {
    var words = InlineArray<4, Int64>(repeating: 0)
    var span = words.mutableSpan
    var bytes = unsafe span.mutableBytes
    guard read(into: &bytes) else { return nil }
    return Arrival(
      written: Int(words[0]), frames: Int(words[1]), instant: Instant(nanoseconds: words[2]), restarts: words[3] != 0)
  }
}
