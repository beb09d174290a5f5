import RouterCore

/// The head of one binary message: 16 bytes, little-endian, then the payload. Pure; allocates nothing.
struct MicFrame: Equatable, Sendable {
  static let headBytes = 16
  static let version: UInt8 = 1
  /// Bytes of PCM in one message.
  static let longestPCM = 8_192
  /// Bytes of an Opus packet.
  static let longestOpus = 1_500
  /// A message holds so much sound at most, in milliseconds.
  static let longestMilliseconds = 120

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt16
    /// The browser left sound out before this frame.
    static let discontinuity = Flags(rawValue: 1)
    /// Nobody should hear it: it counts as silence whatever the payload holds.
    static let muted = Flags(rawValue: 2)
    /// Nothing follows.
    static let last = Flags(rawValue: 4)
  }

  /// What is wrong with a message; the words are the reason of the close frame.
  enum Fault: String, Error, CaseIterable, Sendable {
    case head = "a frame has 16 bytes of head and a payload"
    case version = "unknown frame version"
    case codec = "not the codec of the start message"
    case size = "wrong payload size"
    case index = "the sample index must grow"
    case opus = "not an opus packet"
    case pace = "faster than sound"
  }

  let flags: Flags
  let sequence: UInt32
  /// Number of the first sample frame since the start, in ``MicFormat/rate``.
  let index: UInt64

  /// Reads the head and judges the payload's size.
  init(_ bytes: RawSpan, of format: MicFormat) throws(Fault) {
    guard bytes.byteCount > MicFrame.headBytes else { throw .head }
    guard bytes.u8(0) == MicFrame.version else { throw .version }
    guard bytes.u8(1) == format.codec.number else { throw .codec }
    flags = Flags(rawValue: UInt16(bytes.u8(2)) | UInt16(bytes.u8(3)) << 8)
    sequence = bytes.u32le(4)
    index = UInt64(bytes.u32le(8)) | UInt64(bytes.u32le(12)) << 32
    let payload = bytes.byteCount - MicFrame.headBytes
    guard let size = format.frameBytes else {
      guard payload <= MicFrame.longestOpus else { throw .size }
      return
    }
    let most = min(MicFrame.longestPCM, format.sampleRate * MicFrame.longestMilliseconds / 1_000 * size)
    guard payload <= most, payload.isMultiple(of: size) else { throw .size }
  }
}
