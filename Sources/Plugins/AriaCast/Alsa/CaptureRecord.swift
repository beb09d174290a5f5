internal import RouterCore

/// A recorded period on its way from the card's thread to the loop: what is known of it, then its samples.
enum CaptureRecord {
  /// Bytes before the samples.
  static let head = 16

  /// Writes the head of `record`.
  static func write(lost: Int, recorded: Instant, into record: inout [UInt8]) {
    put(Int64(lost), at: 0, into: &record)
    put(recorded.nanoseconds, at: 8, into: &record)
  }

  /// Frames lost before the period.
  static func lost(in record: RawSpan) -> Int { Int(value(in: record, at: 0)) }

  /// When the period was read from the card.
  static func recorded(in record: RawSpan) -> Instant { Instant(nanoseconds: value(in: record, at: 8)) }

  private static func put(_ value: Int64, at offset: Int, into record: inout [UInt8]) {
    for byte in 0..<8 { record[offset &+ byte] = UInt8(truncatingIfNeeded: value >> Int64(8 &* byte)) }
  }

  private static func value(in record: RawSpan, at offset: Int) -> Int64 {
    var value: UInt64 = 0
    for byte in 0..<8 { value |= UInt64(record.u8(offset &+ byte)) << UInt64(8 &* byte) }
    return Int64(bitPattern: value)
  }
}
