internal import RouterCore

extension Codec {
  /// Opus in Ogg: each packet is one or more whole pages, the format's `setup` the two pages of heads.
  static let opus = Codec(rawValue: "opus")
  /// Whole MP3 frames.
  static let mp3 = Codec(rawValue: "mp3")
}
