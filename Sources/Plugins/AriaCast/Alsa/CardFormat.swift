/// How a sound card stores one sample, always little-endian.
enum CardEncoding: String, Sendable, CaseIterable {
  case int16 = "S16_LE"
  case int32 = "S32_LE"
  case float32 = "FLOAT_LE"
  /// 24 bits in three bytes, as many USB converters want.
  case int24 = "S24_3LE"

  /// Bytes of one sample.
  var size: Int {
    switch self {
    case .int16: 2
    case .int24: 3
    case .int32, .float32: 4
    }
  }
}

/// What a sound card and the router agreed on.
struct CardFormat: Sendable, Equatable, CustomStringConvertible {
  /// Frames per second of the card's own clock.
  var sampleRate: Int
  var channels: Int
  var encoding: CardEncoding
  /// Frames between two wake-ups.
  var periodFrames: Int
  /// Frames the card can hold; at least two periods.
  var bufferFrames: Int

  var bytesPerFrame: Int { channels * encoding.size }

  /// As people read it: `S16_LE 48000 Hz 2 ch, period 480, buffer 1920 frames`.
  var description: String {
    "\(encoding.rawValue) \(sampleRate) Hz \(channels) ch, period \(periodFrames), buffer \(bufferFrames) frames"
  }

  func duration(ofFrames frames: Int) -> Duration {
    .nanoseconds(Int64(frames) * 1_000_000_000 / Int64(max(1, sampleRate)))
  }
}
