import RouterCore

/// What one stream's listeners get. Pure.
struct StreamSound: Hashable {
  /// What the bytes are.
  enum Kind: String { case wav, raw, mp3, ogg }

  let kind: Kind
  /// Of the body: 16-bit where it is PCM.
  let format: StreamFormat

  /// - Returns: nil for a codec that is not sent.
  init?(_ format: StreamFormat, container: TCPStream.Container) {
    switch format.codec {
    case .pcm:
      kind = container == .wav ? .wav : .raw
      self.format = StreamFormat(sampleRate: format.sampleRate, channels: format.channels, sample: .int16)
    case .mp3:
      kind = .mp3
      self.format = format
    case .opus:
      kind = .ogg
      self.format = format
    default: return nil
    }
  }

  var isPCM: Bool { kind == .wav || kind == .raw }

  /// What each listener gets first.
  var opening: [UInt8] { kind == .wav ? EndlessWAV.head(for: format) : format.setup }

  /// A listener may begin at a multiple of so many bytes; 1: where a write began.
  var alignment: Int { isPCM ? format.bytesPerFrame : 1 }

  /// At most, for the size of buffers.
  var bytesPerSecond: Int {
    switch kind {
    case .wav, .raw: format.sampleRate * format.bytesPerFrame
    case .mp3: 320_000 / 8
    // 510 kbit/s, and a page for each packet.
    case .ogg: 70_000
    }
  }

  /// `audio/L16` would mean the other order of bytes.
  var contentType: String {
    switch kind {
    case .wav: "audio/wav"
    case .raw: "audio/x-raw; format=S16LE; rate=\(format.sampleRate); channels=\(format.channels)"
    case .mp3: "audio/mpeg"
    case .ogg: "audio/ogg; codecs=opus"
    }
  }
}
