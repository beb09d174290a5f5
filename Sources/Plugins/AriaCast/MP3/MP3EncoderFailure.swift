/// Why LAME makes no encoder.
enum MP3EncoderFailure: Error, Equatable, CustomStringConvertible {
  case noMemory
  /// LAME's code.
  case refused(code: Int, MP3Settings)

  var description: String {
    switch self {
    case .noMemory: "LAME has no memory for another encoder"
    case .refused(let code, let settings): "LAME refuses \(settings) (code \(code))"
    }
  }
}
