/// What one encoder is told. Pure.
struct MP3Settings: Equatable {
  enum Rate: Equatable {
    /// Every frame has this many kbit/s.
    case constant(Int)
    /// 0 is the best and largest, 9 the smallest.
    case variable(quality: Int)
  }

  var rate: Rate
  /// One of ``MP3FrameHeader/sampleRates``.
  var sampleRate: Int
  /// 1 or 2.
  var channels: Int
  /// Left and right share bits where they are alike.
  var isJoint = true

  /// The sample rate for sound that comes with another one: the lowest that loses nothing, at most 48 kHz.
  static func nearest(to sampleRate: Int) -> Int {
    MP3FrameHeader.sampleRates.sorted().first { $0 >= sampleRate } ?? 48_000
  }
}
