import RouterCore

/// What a decoder said, with payloads copied out.
private enum Said: Equatable {
  case message([UInt8], isText: Bool)
  case control([UInt8])
  case close(UInt16, String)
  case failure(FrameFailure)
}

/// A stream reads the same whole and cut, and nothing forbidden is passed on.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrameDecoder(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  var input = Input(data, size)
  let role = input.byte() & 1 == 0 ? WebSocketRole.server : .client
  let (whole, first, rest) = input.pieces()
  let said = decode([whole], role)
  precondition(said == decode([first, rest], role), "a cut changes what is read")
  for (index, one) in said.enumerated() { check(one, isLast: index == said.count - 1) }
  return 0
}

private let limit = 1000

private func check(_ said: Said, isLast: Bool) {
  switch said {
  case .message(let payload, let isText):
    precondition(payload.count <= limit, "message over the limit")
    precondition(!isText || String(validating: payload, as: UTF8.self) != nil, "text that is not UTF-8")
  case .control(let payload): precondition(payload.count <= 125, "long control frame")
  case .close(let code, let reason):
    precondition(isLast && (code == 1005 || CloseCode.mayBeSent(code)) && reason.utf8.count <= 123)
  case .failure: precondition(isLast, "something behind a failure")
  }
}

private func decode(_ pieces: [[UInt8]], _ role: WebSocketRole) -> [Said] {
  var decoder = FrameDecoder(role: role, messageLimit: limit)
  return pieces.flatMap { decode($0, &decoder) }
}

private func decode(_ piece: [UInt8], _ decoder: inout FrameDecoder) -> [Said] {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 16)
  defer { memory.deallocate() }
  memory.copyBytes(from: piece)
  var span = memory.mutableBytes
  var said: [Said] = []
  var position = 0
  while true {
    switch decoder.next(in: &span, at: &position) {
    case .needMore(let count):
      precondition(position == piece.count && count > 0, "bytes left over")
      return said
    case .ended: return said
    case .message(let range, let isText):
      precondition(range.lowerBound % 16 == 0 && range.upperBound <= position)
      said.append(.message(copy(span.bytes.extracting(range)), isText: isText))
    case .assembled(let isText): said.append(.message(copy(decoder.assembled), isText: isText))
    case .ping, .pong: said.append(.control(copy(decoder.control)))
    case .close(let code, let reason): said.append(.close(code, reason))
    case .failure(let failure): said.append(.failure(failure))
    }
  }
}

private func copy(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { Array($0) } }
