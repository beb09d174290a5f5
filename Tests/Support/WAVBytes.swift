/// WAV files made in memory.
public enum WAVBytes {
  public static func le<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
  }

  public static func chunk(_ name: String, _ bytes: [UInt8], size: UInt32? = nil) -> [UInt8] {
    Array(name.utf8) + le(size ?? UInt32(bytes.count)) + bytes + (bytes.count % 2 == 1 ? [0] : [])
  }

  public static func format(tag: UInt16 = 1, channels: UInt16 = 2, rate: UInt32 = 48_000, bits: UInt16 = 16) -> [UInt8]
  {
    let frame = channels * bits / 8
    return le(tag) + le(channels) + le(rate) + le(rate &* UInt32(frame)) + le(frame) + le(bits)
  }

  /// The extensible form of a format.
  public static func extensible(_ format: [UInt8], tag: UInt16) -> [UInt8] {
    let guid: [UInt8] = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]
    return le(UInt16(0xFFFE)) + format[2...] + le(UInt16(22)) + le(UInt16(16)) + le(UInt32(3)) + le(tag) + guid
  }

  public static func file(
    outer: String = "RIFF", format: [UInt8] = format(), before: [UInt8] = [], sound: [UInt8], size: UInt32? = nil,
    after: [UInt8] = []
  ) -> [UInt8] {
    Array(outer.utf8) + le(UInt32.max) + Array("WAVE".utf8) + before + chunk("fmt ", format)
      + chunk("data", sound, size: size) + after
  }
}
