import RouterCore

/// The `start` message of a browser. Pure.
struct MicHello: Equatable, Sendable {
  /// Why a start message is refused.
  enum Fault: String, Error, CaseIterable, Sendable {
    case proto
    case codec
    case sampleRate
    case channels
    case bitrate
    case port
    case audioSource

    /// For people.
    var text: String {
      switch self {
      case .proto: "proto must be 1"
      case .codec: "codec must be pcm16, float32 or opus"
      case .sampleRate: "sampleRate must be a whole number of 3000 to 384000"
      case .channels: "channels must be 1 or 2"
      case .bitrate: "bitrate must be a number"
      case .port: "port must be a whole number of 1 to 65535, or null"
      case .audioSource: "audioSource must be microphone, system or both"
      }
    }
  }

  static let sources = ["microphone", "system", "both"]

  var wish: StreamWish
  var format: MicFormat
  /// The stream to go on with, or the one reserved before.
  var stream: String?
  var secret: String?

  init(_ json: JSON) throws(Fault) {
    guard json["proto"]?.int ?? 1 == 1 else { throw .proto }
    guard let codec = MicFormat.Codec(rawValue: json["codec"]?.text ?? "") else { throw .codec }
    guard let rate = json["sampleRate"]?.int, MicFormat.rates.contains(rate) else { throw .sampleRate }
    guard let channels = json["channels"]?.int, (1...2).contains(channels) else { throw .channels }
    format = MicFormat(codec: codec, sampleRate: rate, channels: channels)
    wish = try StreamWish(json)
    guard MicHello.sources.contains(wish.source) else { throw .audioSource }
    stream = json["streamId"]?.text
    secret = json["token"]?.text
  }
}

/// What a browser may say of the stream it wants, over HTTP as over the WebSocket. Pure.
struct StreamWish: Equatable, Sendable {
  /// Characters of a name.
  static let longestName = 50

  /// Without control characters; nil where none was given.
  var name: String?
  var source: String
  /// kb/s as asked for; not clamped yet.
  var bitrate: Double?
  var port: Int?

  init(_ json: JSON) throws(MicHello.Fault) {
    name = StreamWish.plain(json["name"]?.text ?? "")
    source = StreamWish.plain(json["audioSource"]?.text ?? "") ?? "microphone"
    switch json["bitrate"] {
    case nil, .null: bitrate = nil
    case let value?:
      guard let number = value.double, number.isFinite else { throw .bitrate }
      bitrate = number
    }
    switch json["port"] {
    case nil, .null: port = nil
    case let value?:
      guard let number = value.int, (1...65_535).contains(number) else { throw .port }
      port = number
    }
  }

  /// Text as it may stand in a list: no control characters, no spaces around, not too long; nil if nothing is left.
  static func plain(_ text: String) -> String? {
    let kept = text.unicodeScalars.filter { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalar == "\u{200D}"
      default: true
      }
    }
    var out = Substring(String(String.UnicodeScalarView(kept))).drop { $0.isWhitespace }.prefix(longestName)
    while out.last?.isWhitespace == true { out.removeLast() }
    // One character may be a thousand combining marks.
    while out.utf8.count > 4 * longestName { out.removeLast() }
    return out.isEmpty ? nil : String(out)
  }
}
