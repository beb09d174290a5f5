import RouterCore

/// What stands before each payload in the ring between a stream and the thread that writes it.
struct RecordHead {
  static let size = 40

  /// Bytes of payload behind it; 0 for a gap at the end of what came.
  var length = 0
  var sequence: UInt64 = 0
  var arrival = Instant(nanoseconds: 0)
  /// Frames the payload stands for.
  var frames = 0
  /// Frames that are missing before it: never came, or there was no room.
  var missing = 0

  typealias Bytes = InlineArray<5, UInt64>

  var words: Bytes {
    [
      UInt64(length), sequence, UInt64(bitPattern: arrival.nanoseconds), UInt64(frames), UInt64(missing),
    ]
  }

  init() {}

  init(_ words: Bytes) {
    length = Int(words[0])
    sequence = words[1]
    arrival = Instant(nanoseconds: Int64(bitPattern: words[2]))
    frames = Int(words[3])
    missing = Int(words[4])
  }
}
