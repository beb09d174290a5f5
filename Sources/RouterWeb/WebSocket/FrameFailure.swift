/// Why a peer's bytes are no WebSocket frames that we take; the connection ends with ``code``.
///
/// Source: RFC 6455 sections 5 and 7.4.
enum FrameFailure: Error, Equatable, Sendable, CaseIterable {
  case reservedBits, unknownOpcode
  case fragmentedControl, longControl
  case unmasked, masked
  case lengthNotMinimal, lengthTooLong
  case unexpectedContinuation, expectedContinuation
  case closePayloadTooShort, closeCodeForbidden, closeReasonNotUTF8
  case textNotUTF8
  case messageTooLarge

  /// What our Close frame carries: 1002, 1007 or 1009.
  var code: UInt16 {
    switch self {
    case .textNotUTF8, .closeReasonNotUTF8: CloseCode.invalidPayload
    case .messageTooLarge: CloseCode.tooLarge
    default: CloseCode.protocolError
    }
  }

  /// For our Close frame and the log; at most 123 bytes.
  var reason: String {
    switch self {
    case .reservedBits: "reserved bits set, no extension was agreed"
    case .unknownOpcode: "unknown opcode"
    case .fragmentedControl: "control frame in fragments"
    case .longControl: "control frame with more than 125 bytes"
    case .unmasked: "frame of a client without mask"
    case .masked: "frame of a server with mask"
    case .lengthNotMinimal: "length not in its shortest form"
    case .lengthTooLong: "length with the top bit set"
    case .unexpectedContinuation: "continuation without a message"
    case .expectedContinuation: "new message inside a fragmented one"
    case .closePayloadTooShort: "close payload of one byte"
    case .closeCodeForbidden: "close code that must not be sent"
    case .closeReasonNotUTF8: "close reason is not UTF-8"
    case .textNotUTF8: "text is not UTF-8"
    case .messageTooLarge: "message too large"
    }
  }
}
