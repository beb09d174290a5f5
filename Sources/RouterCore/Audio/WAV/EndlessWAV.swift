/// The head of a WAV file that never ends, as players read it from a live source.
public enum EndlessWAV {
  public static let size = 44

  /// RIFF, `fmt ` of 16 bytes for integer PCM, `data`; both lengths 0xFFFFFFFF, which players take as "until it stops".
  /// - Parameter format: 16-bit PCM.
  public static func head(for format: StreamFormat) -> [UInt8] {
    let rate = UInt32(clamping: format.sampleRate)
    let frame = UInt16(clamping: format.bytesPerFrame)
    var head: [UInt8] = []
    head.reserveCapacity(size)
    head += Array("RIFF".utf8) + bytes(UInt32.max) + Array("WAVEfmt ".utf8) + bytes(UInt32(16))
    head += bytes(UInt16(1)) + bytes(UInt16(clamping: format.channels)) + bytes(rate)
    head += bytes(rate.multipliedReportingOverflow(by: UInt32(frame)).partialValue) + bytes(frame)
    head += bytes(UInt16(8 * format.sample.size)) + Array("data".utf8) + bytes(UInt32.max)
    return head
  }

  private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
  }
}
