import RouterCore

/// The one sound format AriaCast announces, and the one deviation found in released senders.
///
/// 16-bit little-endian samples, 48,000 Hz, two channels interleaved left, right; a message holds 960 frames (20 ms).
/// The Android app 1.1.4 captures at 44,100 Hz and sends 20 ms of that, 3,528 bytes, under the same announcement.
enum CastFormat {
  static let sampleRate = 48_000
  static let deviantRate = 44_100
  static let channels = 2
  /// Bytes of one frame: two samples of two bytes.
  static let bytesPerFrame = 4
  /// Bytes of the 20 ms message every sender but one sends.
  static let packetBytes = packetBytes(at: sampleRate)

  /// Bytes of 20 ms at `rate`: 3,840 at 48 kHz, 3,528 at 44.1 kHz.
  static func packetBytes(at rate: Int) -> Int { rate / 50 * bytesPerFrame }

  static func stream(at rate: Int) -> StreamFormat {
    StreamFormat(sampleRate: rate, channels: channels, sample: .int16)
  }
}
