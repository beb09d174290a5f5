import CSndfile
import RouterCore

/// A sound file that is read from its beginning to its end: MP3, WAV, Ogg, FLAC, whatever libsndfile knows. Blocks; one
/// thread at a time.
@safe struct SoundFile: ~Copyable {
  /// Why it cannot be read, in the library's words.
  struct Failure: Error, Sendable, Equatable {
    let reason: String
  }

  /// 32-bit float samples.
  let format: StreamFormat
  let length: Duration
  private let file: OpaquePointer

  init(_ path: String) throws(Failure) {
    if let reason = unsafe csndfile_load() { throw Failure(reason: unsafe String(cString: reason)) }
    var info = SF_INFO()
    guard let file = unsafe csndfile_open(path, Int32(SFM_READ), &info) else {
      throw Failure(reason: unsafe String(cString: csndfile_strerror(nil)))
    }
    let (rate, channels, frames) = (Int(info.samplerate), Int(info.channels), Int64(info.frames))
    guard (1000...768_000).contains(rate), (1...64).contains(channels) else {
      unsafe csndfile_close(file)
      throw Failure(reason: "\(rate) Hz and \(channels) channels are no sound")
    }
    unsafe self.file = file
    format = StreamFormat(codec: .pcm, sampleRate: rate, channels: channels, sample: .float32)
    length = .nanoseconds(frames / Int64(rate) * 1_000_000_000 + frames % Int64(rate) * 1_000_000_000 / Int64(rate))
  }

  deinit { unsafe csndfile_close(file) }

  /// The next frames, interleaved; fewer than asked for at the end, then none.
  mutating func read(into samples: inout [Float]) -> Int {
    let frames = samples.count / format.channels
    return Int(unsafe csndfile_readf_float(file, &samples, sf_count_t(frames)))
  }
}
