import RouterCore

/// Writes WebSocket frames; never fragments. Pure. Source: RFC 6455 section 5.2.
enum FrameEncoder {
  /// Bytes of a header before so many bytes of payload.
  static func headerSize(length: Int, isMasked: Bool) -> Int {
    (length < 126 ? 2 : length < 65_536 ? 4 : 10) + (isMasked ? 4 : 0)
  }

  /// Writes the header of a final frame to the start of `target`. Allocates nothing.
  ///
  /// - Parameter mask: The masking key in memory order: a client's is random for each frame, a server has none.
  /// - Returns: bytes written, at most ``FrameHeader/longest``; `target` must have room for them.
  @discardableResult
  static func writeHeader(_ opcode: FrameOpcode, length: Int, mask: UInt32?, to target: inout MutableRawSpan) -> Int {
    precondition(length >= 0, "a frame has no negative length")
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    target.storeBytes(of: 0x80 | opcode.rawValue, as: UInt8.self)
    var size = 2
    if length < 126 {
      target.storeBytes(of: maskBit | UInt8(length), toByteOffset: 1, as: UInt8.self)
    } else if length < 65_536 {
      target.storeBytes(of: maskBit | 126, toByteOffset: 1, as: UInt8.self)
      target.storeBytes(of: UInt16(length).bigEndian, toByteOffset: 2, as: UInt16.self)
      size = 4
    } else {
      target.storeBytes(of: maskBit | 127, toByteOffset: 1, as: UInt8.self)
      target.storeBytes(of: UInt64(length).bigEndian, toByteOffset: 2, as: UInt64.self)
      size = 10
    }
    guard let mask else { return size }
    target.storeBytes(of: mask, toByteOffset: size, as: UInt32.self)
    return size + 4
  }

  /// A whole frame as bytes of its own.
  static func frame(_ opcode: FrameOpcode, _ payload: RawSpan, mask: UInt32? = nil) -> [UInt8] {
    let header = headerSize(length: payload.byteCount, isMasked: mask != nil)
    var bytes = [UInt8](repeating: 0, count: header + payload.byteCount)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    writeHeader(opcode, length: payload.byteCount, mask: mask, to: &raw)
    var body = raw._mutatingExtracting(droppingFirst: header)
    unsafe body.withUnsafeMutableBytes { target in
      unsafe payload.withUnsafeBytes { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        unsafe Masking.apply(mask ?? 0, to: to, from: from, count: source.count)
      }
    }
    return bytes
  }

  /// A message as one frame.
  static func frame(_ message: WebSocketMessage, mask: UInt32? = nil) -> [UInt8] {
    switch message {
    case .binary(let bytes): frame(.binary, unsafe bytes.span.bytes, mask: mask)
    case .text(let text): frame(.text, unsafe Array(text.utf8).span.bytes, mask: mask)
    }
  }

  /// A Close frame.
  ///
  /// - Parameter code: 1005 and every other code that must not be sent give a frame without code.
  /// - Parameter reason: Cut to 123 bytes at a character's boundary.
  static func close(code: UInt16, reason: String, mask: UInt32? = nil) -> [UInt8] {
    guard CloseCode.mayBeSent(code) else { return frame(.close, unsafe [UInt8]().span.bytes, mask: mask) }
    var payload = [UInt8(code >> 8), UInt8(code & 0xff)]
    for scalar in reason.unicodeScalars {
      let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      if payload.count + bytes.count > 125 { break }
      payload.append(contentsOf: bytes)
    }
    return frame(.close, unsafe payload.span.bytes, mask: mask)
  }
}
