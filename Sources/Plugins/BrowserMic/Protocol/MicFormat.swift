import RouterCore

/// What a browser says of its sound when it starts.
struct MicFormat: Equatable, Sendable {
  enum Codec: String, Sendable, CaseIterable {
    /// 16-bit samples, little-endian, interleaved.
    case pcm16
    /// One packet a message.
    case opus
    /// Samples of full scale 1, little-endian, interleaved.
    case float32

    /// Its number in the head of a message.
    var number: UInt8 {
      switch self {
      case .pcm16: 0
      case .opus: 1
      case .float32: 2
      }
    }
  }

  let codec: Codec
  /// Hz: of the samples for PCM; Opus counts in ``opusRate`` whatever the microphone's rate is.
  let sampleRate: Int
  /// 1 or 2.
  let channels: Int

  /// Opus is decoded to this rate.
  static let opusRate = 48_000
  static let rates = 3_000...384_000

  /// The rate in which frames are counted and in which sound leaves the node.
  var rate: Int { codec == .opus ? MicFormat.opusRate : sampleRate }

  /// Bytes of one sample frame in a message; nil where they differ.
  var frameBytes: Int? {
    switch codec {
    case .pcm16: 2 * channels
    case .float32: 4 * channels
    case .opus: nil
    }
  }

  /// What the graph gets, whatever the messages hold: 16-bit samples.
  var stream: StreamFormat { StreamFormat(sampleRate: rate, channels: channels) }
}
