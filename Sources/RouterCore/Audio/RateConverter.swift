internal import CSampleRate

/// A fixed change of the sample rate by libsamplerate's medium sinc converter, interleaved floats.
///
/// The sound is not moved in time: output frame n lies where input frame `n * from / to` lay. The converter only looks
/// ahead about 1 to 3 ms. Owned by one thread at a time.
@safe struct RateConverter: ~Copyable, @unchecked Sendable {
  // Unchecked because of the C pointer: noncopyable, so there is one owner, and libsamplerate keeps no globals that
  // change.
  private let state: OpaquePointer
  let channels: Int
  /// Output frames per input frame.
  let ratio: Double

  /// Control side: allocates all it needs.
  init(channels: Int, from: Int, to: Int) throws(ConversionError) {
    let ratio = Double(to) / Double(from)
    guard (1.0 / 256...256).contains(ratio) else { throw .rates(from: from, to: to) }
    var code: Int32 = 0
    guard let state = unsafe src_new(Int32(SRC_SINC_MEDIUM_QUALITY), Int32(channels), &code) else {
      throw .library(Self.words(code))
    }
    unsafe self.state = state
    self.channels = channels
    self.ratio = ratio
    unsafe src_set_ratio(state, ratio)
  }

  deinit { unsafe src_delete(state) }

  /// Makes what lies between two streams; nil if the rates are equal. It works on the smaller number of channels.
  static func between(
    _ format: StreamFormat, _ sampleRate: Int, _ channels: Int
  ) throws(ConversionError) -> RateConverter? {
    try ConversionError.check(format)
    try ConversionError.check(StreamFormat(sampleRate: sampleRate, channels: channels))
    if format.sampleRate == sampleRate { return nil }
    return try RateConverter(channels: min(format.channels, channels), from: format.sampleRate, to: sampleRate)
  }

  /// Forgets all sound: the next input is a beginning.
  mutating func reset() { unsafe src_reset(state) }

  /// Converts as much as fits. Data thread; allocates nothing.
  ///
  /// - Parameter isLast: True once `input` holds the last frames there will be: then the tail comes out as well. Call
  ///   again, with what was not used, until nothing is made.
  /// - Returns: Frames used of `input`, and frames made.
  mutating func process(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, isLast: Bool
  ) -> (used: Int, made: Int) {
    let inFrames = input.count / channels
    let outFrames = output.count / channels
    if outFrames == 0 { return (0, 0) }
    var silence: Float = 0
    return unsafe withUnsafeMutablePointer(to: &silence) { spare in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target in
          var data = unsafe SRC_DATA()
          unsafe data.data_in = source.baseAddress ?? UnsafePointer(spare)
          unsafe data.data_out = target.baseAddress ?? spare
          unsafe data.input_frames = inFrames
          unsafe data.output_frames = outFrames
          unsafe data.end_of_input = isLast ? 1 : 0
          unsafe data.src_ratio = ratio
          let code = unsafe src_process(state, &data)
          precondition(code == 0, "libsamplerate was handed what it does not take")
          return unsafe (data.input_frames_used, data.output_frames_gen)
        }
      }
    }
  }

  private static func words(_ code: Int32) -> String {
    guard let text = unsafe src_strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
