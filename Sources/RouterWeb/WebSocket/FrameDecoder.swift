import RouterCore

/// What the decoder came upon next.
enum FrameEvent: Equatable {
  /// A whole message of one frame; its payload lies unmasked in the receive memory.
  case message(Range<Int>, isText: Bool)
  /// A whole message that came in pieces; read it from ``FrameDecoder/assembled`` before the next call.
  case assembled(isText: Bool)
  /// Read the payload from ``FrameDecoder/control`` before the next call and send it back in a Pong.
  case ping
  case pong
  /// The peer's Close; 1005 if it held no code. Nothing is decoded after it.
  case close(code: UInt16, reason: String)
  /// Everything was taken; at least so many bytes are missing until something more can be said.
  case needMore(Int)
  /// The peer broke the rules; nothing is decoded after it.
  case failure(FrameFailure)
  /// A close or a failure was reported before; the bytes are ignored.
  case ended
}

/// Takes WebSocket frames out of received bytes, cut anywhere. Source: RFC 6455 sections 5 to 7.
///
/// It works on the caller's memory and always takes all of it: what is incomplete is kept here, so the caller needs no
/// tail. A message of one frame that lies whole in the memory is unmasked there and moved down to a 16-byte boundary in
/// the same pass; any other message is put together in memory of the decoder, up to the limit. Too large a message is
/// refused by its header. Allocates nothing but that memory, which is kept. Confined to the connection's loop.
struct FrameDecoder: ~Copyable {
  private let role: WebSocketRole
  private let messageLimit: Int
  private var head = InlineArray<14, UInt8>(repeating: 0)
  private var headCount = 0
  /// The frame whose payload is being taken, and how much of it was.
  private var frame: FrameHeader?
  private var taken = 0
  /// The message in progress is text; nil: none is.
  private var messageIsText: Bool?
  private var text = UTF8Check()
  private var message = MessageBuffer()
  private var isDelivered = false
  private var controlBytes = InlineArray<125, UInt8>(repeating: 0)
  private var controlCount = 0
  private var isEnded = false

  /// - Parameter messageLimit: Largest message in bytes, over all its fragments.
  init(role: WebSocketRole, messageLimit: Int) {
    self.role = role
    self.messageLimit = messageLimit
  }

  /// The message of the last ``FrameEvent/assembled(isText:)``; 16-byte aligned.
  var assembled: RawSpan {
    @_lifetime(borrow self)
    borrowing get { message.bytes }
  }

  /// The payload of the last ping or pong; at most 125 bytes.
  var control: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe controlBytes.span.bytes.extracting(first: controlCount) }
  }

  /// Decodes from `position` on to the end of `buffer` or to the next event, whichever comes first.
  ///
  /// Call it until it says ``FrameEvent/needMore(_:)``. Bytes before `position` may be overwritten. If the buffer
  /// begins at a 16-byte boundary, the payloads in it do too. Data thread.
  mutating func next(in buffer: inout MutableRawSpan, at position: inout Int) -> FrameEvent {
    if isDelivered {
      message.clear()
      isDelivered = false
    }
    while !isEnded {
      guard let frame else {
        if let event = beginFrame(buffer.bytes, &position) { return settle(event) }
        continue
      }
      let event =
        frame.opcode.isControl ? takeControl(frame, buffer.bytes, &position) : takeData(frame, &buffer, &position)
      if let event { return settle(event) }
    }
    position = buffer.byteCount
    return .ended
  }

  private mutating func settle(_ event: FrameEvent) -> FrameEvent {
    switch event {
    case .failure, .close: isEnded = true
    default: break
    }
    return event
  }

  // MARK: Header

  /// Takes header bytes; nil once a frame has begun.
  private mutating func beginFrame(_ bytes: RawSpan, _ position: inout Int) -> FrameEvent? {
    let start = position
    let held = headCount
    while headCount < FrameHeader.longest, position < bytes.byteCount {
      head[headCount] = bytes.u8(position)
      headCount += 1
      position += 1
    }
    switch FrameHeader.read(unsafe head.span.bytes.extracting(first: headCount), role: role) {
    case .needs(let count): return .needMore(count)
    case .failure(let failure): return .failure(failure)
    case .header(let header):
      position = start + header.size - held
      headCount = 0
      return admit(header)
    }
  }

  /// What the header alone can tell; nil lets the frame in.
  private mutating func admit(_ header: FrameHeader) -> FrameEvent? {
    if header.opcode.isControl {
      controlCount = 0
    } else if header.opcode == .continuation {
      if messageIsText == nil { return .failure(.unexpectedContinuation) }
    } else {
      if messageIsText != nil { return .failure(.expectedContinuation) }
      messageIsText = header.opcode == .text
      text = UTF8Check()
    }
    if !header.opcode.isControl, header.length > messageLimit - message.count { return .failure(.messageTooLarge) }
    frame = header
    taken = 0
    return nil
  }

  // MARK: Payload

  private mutating func takeData(_ frame: FrameHeader, _ buffer: inout MutableRawSpan, _ position: inout Int)
    -> FrameEvent?
  {
    let available = buffer.byteCount - position
    if frame.isFinal, frame.opcode != .continuation, taken == 0, frame.length <= available {
      return lend(frame, &buffer, &position)
    }
    let count = min(frame.length - taken, available)
    let before = message.count
    message.append(
      buffer.bytes.extracting(position..<position + count), key: frame.mask.map { Masking.key($0, from: taken) })
    position += count
    taken += count
    guard isTextSoFar(from: before) else { return .failure(.textNotUTF8) }
    if taken < frame.length { return .needMore(frame.length - taken) }
    self.frame = nil
    return frame.isFinal ? deliver() : nil
  }

  /// Checks what was appended to the message; true for binary.
  private mutating func isTextSoFar(from start: Int) -> Bool {
    guard messageIsText == true else { return true }
    var check = text
    defer { text = check }
    return check.take(message.bytes.extracting(start..<message.count))
  }

  private mutating func deliver() -> FrameEvent {
    let isText = messageIsText == true
    messageIsText = nil
    if isText, !text.isComplete { return .failure(.textNotUTF8) }
    isDelivered = true
    return .assembled(isText: isText)
  }

  /// Unmasks a whole message where it lies, moved down to an aligned place.
  private mutating func lend(_ frame: FrameHeader, _ buffer: inout MutableRawSpan, _ position: inout Int) -> FrameEvent
  {
    let place = buffer.unmask(position..<position + frame.length, key: frame.mask)
    position += frame.length
    self.frame = nil
    messageIsText = nil
    guard frame.opcode == .text else { return .message(place, isText: false) }
    guard text.take(buffer.bytes.extracting(place)), text.isComplete else { return .failure(.textNotUTF8) }
    return .message(place, isText: true)
  }

  private mutating func takeControl(_ frame: FrameHeader, _ bytes: RawSpan, _ position: inout Int) -> FrameEvent? {
    let key = UInt32(littleEndian: frame.mask ?? 0)
    while controlCount < frame.length, position < bytes.byteCount {
      let shift = UInt32(truncatingIfNeeded: controlCount & 3) &* 8
      controlBytes[controlCount] = bytes.u8(position) ^ UInt8(truncatingIfNeeded: key &>> shift)
      controlCount += 1
      position += 1
    }
    if controlCount < frame.length { return .needMore(frame.length - controlCount) }
    self.frame = nil
    switch frame.opcode {
    case .ping: return .ping
    case .pong: return .pong
    default: return FrameDecoder.close(control)
    }
  }

  /// Reads the payload of a Close frame. Source: RFC 6455 section 5.5.1.
  private static func close(_ payload: RawSpan) -> FrameEvent {
    if payload.byteCount == 0 { return .close(code: CloseCode.none, reason: "") }
    if payload.byteCount == 1 { return .failure(.closePayloadTooShort) }
    let code = payload.u16be(0)
    guard CloseCode.mayBeSent(code) else { return .failure(.closeCodeForbidden) }
    let words = payload.extracting(droppingFirst: 2)
    var check = UTF8Check()
    guard check.take(words), check.isComplete else { return .failure(.closeReasonNotUTF8) }
    let reason = unsafe words.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    return .close(code: code, reason: reason)
  }
}
