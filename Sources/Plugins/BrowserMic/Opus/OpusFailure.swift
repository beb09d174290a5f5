internal import COpus

/// Why libopus makes no encoder or decoder.
enum OpusFailure: Error, Equatable, CustomStringConvertible {
  case noMemory
  /// Its code, and what it was asked for.
  case refused(code: Int, sampleRate: Int, channels: Int)

  /// - Parameter code: What libopus said; not `OPUS_OK`.
  init(code: Int32, sampleRate: Int, channels: Int) {
    self =
      code == OPUS_ALLOC_FAIL ? .noMemory : .refused(code: Int(code), sampleRate: sampleRate, channels: channels)
  }

  var description: String {
    switch self {
    case .noMemory: "libopus has no memory for another stream"
    case .refused(let code, let rate, let channels):
      "libopus refuses \(rate) Hz with \(channels) ch (code \(code)); it takes 8000, 12000, 16000, 24000 or 48000 Hz "
        + "with 1 or 2 ch"
    }
  }
}
