internal import CALSA
internal import Glibc
internal import RouterCore

/// What a recording is wished to be.
struct CaptureWish: Sendable, Equatable {
  var sampleRate = 48_000
  var channels = 2
}

/// Finds the format in which a card and the router meet: the card's own rate and channels, no conversion in alsa-lib.
///
/// Wished: 48,000 Hz, two channels, 16 bits. What the card cannot do is replaced by the nearest it can; the streams'
/// voices convert, in better quality than alsa-lib's linear interpolation.
enum CardNegotiation {
  private static let encodings: [(CardEncoding, snd_pcm_format_t)] = [
    (.int16, SND_PCM_FORMAT_S16_LE), (.int32, SND_PCM_FORMAT_S32_LE), (.float32, SND_PCM_FORMAT_FLOAT_LE),
    (.int24, SND_PCM_FORMAT_S24_3LE),
  ]
  /// The buffer is this many periods where the card lets us choose; how much of it is used is decided while it plays.
  private static let periods: UInt = 4

  static func agree(
    on pcm: OpaquePointer, period: Duration, wish: CaptureWish? = nil
  ) throws(CardFailure) -> CardFormat {
    var made: OpaquePointer?
    guard unsafe snd_pcm_hw_params_malloc(&made) == 0, let params = unsafe made else {
      throw CardFailure(attempt: "set up", code: ENOMEM, words: "")
    }
    defer { unsafe snd_pcm_hw_params_free(params) }
    try check(unsafe snd_pcm_hw_params_any(pcm, params), "read the abilities of")
    _ = unsafe snd_pcm_hw_params_set_rate_resample(pcm, params, 0)
    try check(
      unsafe snd_pcm_hw_params_set_access(pcm, params, SND_PCM_ACCESS_RW_INTERLEAVED), "exchange interleaved sound with"
    )
    let encoding = try unsafe chooseEncoding(pcm, params)
    var channels = UInt32(wish?.channels ?? 2)
    try check(unsafe snd_pcm_hw_params_set_channels_near(pcm, params, &channels), "choose the channels of")
    var rate = UInt32(wish?.sampleRate ?? 48_000)
    try check(unsafe snd_pcm_hw_params_set_rate_near(pcm, params, &rate, nil), "choose the sample rate of")
    var periodFrames = snd_pcm_uframes_t(max(16, period.seconds * Double(rate)))
    try check(unsafe snd_pcm_hw_params_set_period_size_near(pcm, params, &periodFrames, nil), "choose the period of")
    var bufferFrames = periodFrames * periods
    try check(unsafe snd_pcm_hw_params_set_buffer_size_near(pcm, params, &bufferFrames), "choose the buffer of")
    try check(unsafe snd_pcm_hw_params(pcm, params), "set the format of")
    let format = CardFormat(
      sampleRate: Int(rate), channels: Int(channels), encoding: encoding, periodFrames: Int(periodFrames),
      bufferFrames: Int(bufferFrames))
    guard format.bufferFrames >= 2 * format.periodFrames else {
      throw CardFailure(attempt: "use", code: EINVAL, words: "its buffer is shorter than two periods: \(format)")
    }
    do throws(CardCode) {
      try unsafe setWakeUp(pcm, room: format.periodFrames, format: format)
    } catch {
      throw CardFailure(attempt: "set the wake-up of", code: error.code, words: AlsaWords.heard)
    }
    return format
  }

  private static func chooseEncoding(_ pcm: OpaquePointer, _ params: OpaquePointer) throws(CardFailure) -> CardEncoding
  {
    for (encoding, name) in encodings where unsafe snd_pcm_hw_params_test_format(pcm, params, name) == 0 {
      try check(unsafe snd_pcm_hw_params_set_format(pcm, params, name), "choose the sample type of")
      return encoding
    }
    let ours = CardEncoding.allCases.map(\.rawValue).joined(separator: ", ")
    throw CardFailure(attempt: "use", code: EINVAL, words: "it knows none of \(ours); \"plughw:…\" converts")
  }

  /// The clock starts only when told to, stops when it runs dry, and wakes a waiting thread at `room` free frames.
  static func setWakeUp(_ pcm: OpaquePointer, room: Int, format: CardFormat) throws(CardCode) {
    var made: OpaquePointer?
    guard unsafe snd_pcm_sw_params_malloc(&made) == 0, let params = unsafe made else { throw CardCode(ENOMEM) }
    defer { unsafe snd_pcm_sw_params_free(params) }
    var boundary: snd_pcm_uframes_t = 0
    for code in [
      unsafe snd_pcm_sw_params_current(pcm, params),
      unsafe snd_pcm_sw_params_get_boundary(params, &boundary),
      unsafe snd_pcm_sw_params_set_start_threshold(pcm, params, boundary),
      unsafe snd_pcm_sw_params_set_stop_threshold(pcm, params, snd_pcm_uframes_t(format.bufferFrames)),
      unsafe snd_pcm_sw_params_set_avail_min(pcm, params, snd_pcm_uframes_t(room)),
      unsafe snd_pcm_sw_params(pcm, params),
    ] where code < 0 { throw CardCode(-code) }
  }

  private static func check(_ code: Int32, _ attempt: String) throws(CardFailure) {
    if code < 0 { throw CardFailure(attempt: attempt, code: -code, words: AlsaWords.heard) }
  }
}
