import RouterCore

@testable import RouterWeb

/// What a decoder said about a stream of bytes, with payloads copied out.
enum DecodedFrame: Equatable {
  case text(String)
  case binary([UInt8])
  case ping([UInt8])
  case pong([UInt8])
  case close(UInt16, String)
  case failure(FrameFailure)
}

/// Feeds `pieces` one after the other, each in memory of its own that begins at a 16-byte boundary.
func decode(_ pieces: [[UInt8]], role: WebSocketRole = .server, messageLimit: Int = 1 << 20) -> [DecodedFrame] {
  var decoder = FrameDecoder(role: role, messageLimit: messageLimit)
  return pieces.flatMap { decodePiece($0, &decoder) }
}

func decodePiece(_ piece: [UInt8], _ decoder: inout FrameDecoder) -> [DecodedFrame] {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(piece.count, 1), alignment: 16)
  defer { unsafe memory.deallocate() }
  unsafe memory.copyBytes(from: piece)
  var span = unsafe MutableRawSpan(
    _unsafeElements: UnsafeMutableBufferPointer(rebasing: memory.bindMemory(to: UInt8.self)[0..<piece.count]))
  var frames: [DecodedFrame] = []
  var position = 0
  while true {
    switch decoder.next(in: &span, at: &position) {
    case .needMore(let count):
      precondition(position == piece.count && count > 0)
      return frames
    case .ended: return frames
    case .message(let range, let isText):
      precondition(range.lowerBound % 16 == 0 && range.upperBound <= position)
      frames.append(copy(span.bytes.extracting(range), isText: isText))
    case .assembled(let isText):
      frames.append(copy(decoder.assembled, isText: isText))
    case .ping: frames.append(.ping(bytes(of: decoder.control)))
    case .pong: frames.append(.pong(bytes(of: decoder.control)))
    case .close(let code, let reason): frames.append(.close(code, reason))
    case .failure(let failure): frames.append(.failure(failure))
    }
  }
}

func bytes(of span: RawSpan) -> [UInt8] { unsafe span.withUnsafeBytes { unsafe Array($0) } }

private func copy(_ span: RawSpan, isText: Bool) -> DecodedFrame {
  isText ? .text(String(decoding: bytes(of: span), as: UTF8.self)) : .binary(bytes(of: span))
}
