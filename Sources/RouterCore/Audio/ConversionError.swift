/// Why one PCM format cannot become another.
public enum ConversionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Not PCM, or rate or channels outside what a PCM stream may have.
  case unsupported(StreamFormat)
  /// The rates lie further apart than the 256 times a converter can bridge.
  case rates(from: Int, to: Int)
  /// libsamplerate refused; its own words.
  case library(String)

  public var description: String {
    switch self {
    case .unsupported(let format):
      "cannot convert \(format): expected pcm with 1000 to 768000 Hz and 1 to 32 channels"
    case .rates(let from, let to):
      "cannot convert \(from) Hz to \(to) Hz: the rates may differ 256 times at most"
    case .library(let words): "cannot convert the sample rate: libsamplerate says \(words)"
    }
  }

  /// Checks one side of a conversion.
  static func check(_ format: StreamFormat) throws(ConversionError) {
    guard format.codec == .pcm, (1_000...768_000).contains(format.sampleRate), (1...32).contains(format.channels)
    else { throw .unsupported(format) }
  }
}
