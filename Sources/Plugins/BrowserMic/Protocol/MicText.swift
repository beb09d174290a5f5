import RouterCore

/// A text message of a browser. Pure.
enum MicText: Equatable, Sendable {
  case start(JSON)
  case stop
  /// Levels are measured here; what a browser says of them is not needed.
  case level
  /// Something a later page may say.
  case other

  /// Bytes of a text message.
  static let longest = 4_096

  private static let limits: JSONReader.Limits = {
    var limits = JSONReader.Limits()
    limits.depth = 4
    return limits
  }()

  /// - Returns: nil for what is no JSON object with a type.
  init?(_ bytes: [UInt8]) {
    guard let json = MicText.json(bytes), json.members != nil, let type = json["type"]?.text else { return nil }
    switch type {
    case "start": self = .start(json)
    case "stop": self = .stop
    case "level": self = .level
    default: self = .other
    }
  }

  /// Strict JSON that is neither deep nor long; nil for all else.
  static func json(_ bytes: [UInt8]) -> JSON? {
    bytes.count <= longest ? try? JSON(strict: bytes, limits: limits) : nil
  }
}
