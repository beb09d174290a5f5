import RouterCore

extension WAVHead {
  /// Reads the head of a file that a recorder made.
  /// - Parameter start: The first bytes of the file; nil if they are not such a head.
  init?(_ start: [UInt8]) {
    func word(_ at: Int) -> String { String(decoding: start[at..<at + 4], as: UTF8.self) }
    guard start.count >= 44, ["RIFF", "RF64"].contains(word(0)), word(8) == "WAVE" else { return nil }
    let bytes = unsafe start.span.bytes
    isLarge = ["JUNK", "ds64"].contains(word(12))
    let at = isLarge ? 48 : 12
    guard start.count >= at + 24, word(at) == "fmt " else { return nil }
    let (tag, bits) = (bytes.u16le(at + 8), bytes.u16le(at + 22))
    let isFloat = tag == 3 || (tag == 0xFFFE && bits == 32)
    guard bits == (isFloat ? 32 : 16) else { return nil }
    format = StreamFormat(
      sampleRate: Int(bytes.u32le(at + 12)), channels: Int(bytes.u16le(at + 10)), sample: isFloat ? .float32 : .int16)
    guard format.channels > 0, format.sampleRate > 0, start.count >= count, word(count - 8) == "data" else {
      return nil
    }
  }
}
