import RouterCore

/// What a browser says of its sound when it starts.
struct MicFormat: Equatable, Sendable {
  enum Codec: String, Sendable, CaseIterable {
    case pcm16
    case opus
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

  /// What the graph gets.
  var stream: StreamFormat { StreamFormat(sampleRate: rate, channels: channels) }
}
