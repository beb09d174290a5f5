import RouterCore

extension HTTPStream.Config {
  var isMP3: Bool { container == .mp3 || container == .auto && path.hasSuffix(".mp3") }

  var isOgg: Bool {
    container == .ogg || container == .auto && (path.hasSuffix(".ogg") || path.hasSuffix(".opus"))
  }

  /// Of the body.
  var format: StreamFormat {
    StreamFormat(codec: isMP3 ? .mp3 : isOgg ? .opus : .pcm, sampleRate: sampleRate, channels: channels, sample: .int16)
  }

  /// Bytes between two titles: what players expect everywhere.
  static let icyInterval = 16_000

  var feed: FeedSettings {
    let bytes = Int(bufferSeconds * Double(bytesPerSecond))
    return FeedSettings(
      opening: isPCM ? EndlessWAV.head(for: format) : [], capacity: max(bytes, 16 << 10), maxListeners: maxListeners,
      whenFull: whenFull, alignment: isPCM ? format.bytesPerFrame : 1,
      icyInterval: isOgg ? nil : Self.icyInterval)
  }

  private var isPCM: Bool { format.codec == .pcm }

  /// Of the body; for MP3 and Opus at the highest bit rate.
  private var bytesPerSecond: Int { isPCM ? sampleRate * format.bytesPerFrame : (isMP3 ? 320_000 : 512_000) / 8 }

  /// Of every answer.
  func fields(label: String) -> HTTPFields {
    HTTPFields([
      ("Content-Type", isMP3 ? "audio/mpeg" : isOgg ? "audio/ogg" : "audio/wav"),
      ("Cache-Control", "no-cache, no-store"),
      ("Accept-Ranges", "none"), ("icy-name", name.isEmpty ? label : name), ("icy-pub", "0"),
    ])
  }
}
