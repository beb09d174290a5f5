import RouterCore

/// Which end of the connection we are: a server takes masked frames only, a client unmasked ones only.
enum WebSocketRole: Sendable { case server, client }

/// The kinds of frame. Source: RFC 6455 section 11.8.
enum FrameOpcode: UInt8, Sendable, CaseIterable {
  case continuation = 0
  case text = 1
  case binary = 2
  case close = 8
  case ping = 9
  case pong = 10

  var isControl: Bool { rawValue >= 8 }
}

/// What stands before a frame's payload. Source: RFC 6455 section 5.2.
struct FrameHeader: Equatable, Sendable {
  /// Bytes of the longest header.
  static let longest = 14

  var opcode: FrameOpcode
  var isFinal: Bool
  /// Payload bytes.
  var length: Int
  /// The four bytes of the masking key in memory order; nil: not masked.
  var mask: UInt32?
  /// Bytes of the header itself.
  var size: Int

  enum Reading: Equatable {
    case header(FrameHeader)
    /// The header will be this long; so many bytes are not there yet.
    case needs(Int)
    case failure(FrameFailure)
  }

  /// Reads the header at the start of `bytes`; everything that is wrong is said at the first byte that shows it.
  static func read(_ bytes: RawSpan, role: WebSocketRole) -> Reading {
    guard bytes.byteCount >= 1 else { return .needs(2) }
    let first = bytes.u8(0)
    if first & 0x70 != 0 { return .failure(.reservedBits) }
    guard let opcode = FrameOpcode(rawValue: first & 0x0f) else { return .failure(.unknownOpcode) }
    let isFinal = first & 0x80 != 0
    if opcode.isControl, !isFinal { return .failure(.fragmentedControl) }
    guard bytes.byteCount >= 2 else { return .needs(1) }
    let second = bytes.u8(1)
    let isMasked = second & 0x80 != 0
    if isMasked != (role == .server) { return .failure(isMasked ? .masked : .unmasked) }
    let short = Int(second & 0x7f)
    if opcode.isControl, short > 125 { return .failure(.longControl) }
    let lengthEnd = short < 126 ? 2 : short == 126 ? 4 : 10
    let size = lengthEnd + (isMasked ? 4 : 0)
    guard bytes.byteCount >= size else { return .needs(size - bytes.byteCount) }
    return finish(bytes, opcode: opcode, isFinal: isFinal, short: short, lengthEnd: lengthEnd, size: size)
  }

  private static func finish(
    _ bytes: RawSpan, opcode: FrameOpcode, isFinal: Bool, short: Int, lengthEnd: Int, size: Int
  ) -> Reading {
    var length = short
    if lengthEnd == 4 {
      length = Int(bytes.u16be(2))
      if length < 126 { return .failure(.lengthNotMinimal) }
    } else if lengthEnd == 10 {
      let long = bytes.u64be(2)
      if long >> 63 != 0 { return .failure(.lengthTooLong) }
      if long < 65_536 { return .failure(.lengthNotMinimal) }
      length = Int(long)
    }
    let mask = size == lengthEnd ? nil : UInt32(littleEndian: bytes.u32le(lengthEnd))
    return .header(FrameHeader(opcode: opcode, isFinal: isFinal, length: length, mask: mask, size: size))
  }
}
