import RouterCore

/// The metrics of one `adpcm.decoder`. Made before the first packet; written on the data path.
struct ADPCMCounters: Sendable {
  let frames: Metric
  /// Frames whose header cannot be: silence of the same length went on.
  let wrongIndex: Metric
  /// Packets that are no frames at all.
  let broken: Metric
  /// Streams found to put the lower half of a byte first.
  let lowFirst: Metric

  init(_ metrics: NodeMetrics) {
    frames = metrics.counter("router_adpcm_decoded_frames_total", "IMA ADPCM frames made into PCM")
    let bad = "IMA ADPCM frames that could not be decoded, by reason"
    wrongIndex = metrics.counter("router_adpcm_undecodable_frames_total", bad, reason: "step-index")
    broken = metrics.counter("router_adpcm_undecodable_frames_total", bad, reason: "size")
    lowFirst = metrics.counter(
      "router_adpcm_low_first_streams_total", "Streams whose frames were found to put the lower half of a byte first")
  }
}
