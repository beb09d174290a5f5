/// What a stream's packets hold, as a word: `pcm`, `ima-adpcm`, `mp3`. Plugins add their own.
public struct Codec: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }

  public static let pcm = Codec(rawValue: "pcm")
}

/// How one PCM sample is stored, always little-endian.
public enum SampleType: String, Hashable, Sendable, CaseIterable {
  case int16 = "s16le"
  case float32 = "f32le"

  /// Bytes of one sample.
  public var size: Int { self == .int16 ? 2 : 4 }
}

/// Exact description of a stream. One stream carries one format from open to close.
public struct StreamFormat: Hashable, Sendable, CustomStringConvertible {
  public var codec: Codec
  /// Frames per second; 1,000 to 768,000 for PCM.
  public var sampleRate: Int
  /// 1 to 32 for PCM.
  public var channels: Int
  /// Meaningful for PCM only.
  public var sample: SampleType
  /// Bytes every late joiner needs first (Ogg heads); empty for PCM.
  public var setup: [UInt8]

  public init(
    codec: Codec = .pcm, sampleRate: Int, channels: Int, sample: SampleType = .int16, setup: [UInt8] = []
  ) {
    self.codec = codec
    self.sampleRate = sampleRate
    self.channels = channels
    self.sample = sample
    self.setup = setup
  }

  /// Bytes of one PCM frame: all channels at one instant.
  public var bytesPerFrame: Int { channels * sample.size }

  /// As people read it: `pcm s16le 48000 Hz 2 ch`.
  public var description: String {
    codec == .pcm
      ? "pcm \(sample.rawValue) \(sampleRate) Hz \(channels) ch" : "\(codec) \(sampleRate) Hz \(channels) ch"
  }
}
