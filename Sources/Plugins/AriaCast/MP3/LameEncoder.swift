internal import CLame

/// One LAME encoder: floats in, MP3 frames out. Owned by one thread at a time.
///
/// The bit reservoir is off: every frame can be decoded alone, so a listener may begin at any of them and silence may
/// stand between any two. There is no ID3 tag and no Xing frame: they belong to files.
@safe struct LameEncoder: ~Copyable, @unchecked Sendable {
  // Unchecked because of the C pointer: noncopyable, so there is one owner; what LAME shares between encoders are
  // tables that are the same whoever fills them.
  private let state: OpaquePointer
  let settings: MP3Settings
  /// Bytes one call can make, as LAME's documentation counts them: 1.25 a sample, and 7200.
  static let room = MP3FrameHeader.samples * 5 / 4 + 7_200

  /// Control side: allocates and computes tables for some milliseconds.
  init(_ settings: MP3Settings) throws(MP3EncoderFailure) {
    guard let state = unsafe lame_init() else { throw .noMemory }
    unsafe clame_silence(state)
    unsafe LameEncoder.apply(settings, to: state)
    let code = unsafe lame_init_params(state)
    guard code >= 0 else {
      unsafe lame_close(state)
      throw .refused(code: Int(code), settings)
    }
    unsafe self.state = state
    self.settings = settings
  }

  deinit { unsafe lame_close(state) }

  private static func apply(_ settings: MP3Settings, to state: OpaquePointer) {
    unsafe lame_set_in_samplerate(state, Int32(settings.sampleRate))
    unsafe lame_set_out_samplerate(state, Int32(settings.sampleRate))
    unsafe lame_set_num_channels(state, Int32(settings.channels))
    unsafe lame_set_mode(state, settings.channels == 1 ? MONO : settings.isJoint ? JOINT_STEREO : STEREO)
    unsafe lame_set_disable_reservoir(state, 1)
    unsafe lame_set_bWriteVbrTag(state, 0)
    unsafe lame_set_write_id3tag_automatic(state, 0)
    switch settings.rate {
    case .constant(let kbps):
      unsafe lame_set_VBR(state, vbr_off)
      unsafe lame_set_brate(state, Int32(kbps))
    case .variable(let quality):
      unsafe lame_set_VBR(state, vbr_mtrh)
      unsafe lame_set_VBR_quality(state, Float(quality))
    }
  }

  /// Encodes interleaved samples of full scale 1. Data thread; allocates nothing after the first call of that size.
  /// - Parameter target: Has ``room`` bytes for a block of at most ``MP3FrameHeader/samples`` frames.
  /// - Returns: Bytes made; less than 0 is LAME's code for a failure.
  mutating func encode(_ samples: Span<Float>, into target: inout MutableRawSpan) -> Int {
    let frames = Int32(samples.count / settings.channels)
    let isMono = settings.channels == 1
    let made = unsafe samples.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBytes { out in
        let bytes = unsafe out.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return isMono
          ? unsafe lame_encode_buffer_ieee_float(state, source.baseAddress, nil, frames, bytes, Int32(out.count))
          : unsafe lame_encode_buffer_interleaved_ieee_float(
            state, source.baseAddress, frames, bytes, Int32(out.count))
      }
    }
    return Int(made)
  }

  /// Gets out what LAME still looks ahead. The last call.
  mutating func flush(into target: inout MutableRawSpan) -> Int {
    let made = unsafe target.withUnsafeMutableBytes { out in
      unsafe lame_encode_flush(state, out.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(out.count))
    }
    return Int(made)
  }
}
