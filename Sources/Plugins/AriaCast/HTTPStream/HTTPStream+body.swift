import RouterCore

extension HTTPStream.Config {
  var isMP3: Bool { container == .mp3 || container == .auto && path.hasSuffix(".mp3") }

  /// Of the body.
  var format: StreamFormat {
    StreamFormat(codec: isMP3 ? .mp3 : .pcm, sampleRate: sampleRate, channels: channels, sample: .int16)
  }

  /// Bytes between two titles: what players expect everywhere.
  static let icyInterval = 16_000

  var feed: FeedSettings {
    let bytes = Int(bufferSeconds * Double(bytesPerSecond))
    return FeedSettings(
      opening: isMP3 ? [] : EndlessWAV.head(for: format), capacity: max(bytes, 16 << 10), maxListeners: maxListeners,
      whenFull: whenFull, alignment: isMP3 ? 1 : format.bytesPerFrame, icyInterval: Self.icyInterval)
  }

  /// Of the body; for MP3 at the highest bit rate.
  private var bytesPerSecond: Int { isMP3 ? 320_000 / 8 : sampleRate * format.bytesPerFrame }

  /// Of every answer.
  func fields(label: String) -> HTTPFields {
    HTTPFields([
      ("Content-Type", isMP3 ? "audio/mpeg" : "audio/wav"), ("Cache-Control", "no-cache, no-store"),
      ("Accept-Ranges", "none"), ("icy-name", name.isEmpty ? label : name), ("icy-pub", "0"),
    ])
  }
}
