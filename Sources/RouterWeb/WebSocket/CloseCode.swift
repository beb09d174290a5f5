/// Status codes of Close frames. Source: RFC 6455 section 7.4 and the IANA registry behind it.
enum CloseCode {
  static let normal: UInt16 = 1000
  static let goingAway: UInt16 = 1001
  static let protocolError: UInt16 = 1002
  /// Never sent: the peer's Close frame held no code.
  static let none: UInt16 = 1005
  /// Never sent: the connection ended without a Close frame.
  static let abnormal: UInt16 = 1006
  static let invalidPayload: UInt16 = 1007
  static let policy: UInt16 = 1008
  static let tooLarge: UInt16 = 1009
  static let internalError: UInt16 = 1011

  /// Whether the code may stand in a frame: registered ones, and 3000 to 4999.
  static func mayBeSent(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
