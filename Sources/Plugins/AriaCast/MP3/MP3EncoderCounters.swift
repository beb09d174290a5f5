import RouterCore

/// The metrics of one `mp3.encoder`. Written on the data path.
struct MP3EncoderCounters: Sendable {
  let frames: Metric
  let bytes: Metric
  let failures: Metric

  init(_ metrics: NodeMetrics) {
    frames = metrics.counter("router_mp3_encoder_frames_total", "MP3 frames made")
    bytes = metrics.counter("router_mp3_encoder_bytes_total", "Bytes of MP3 made")
    failures = metrics.counter("router_mp3_encoder_failures_total", "Blocks of sound LAME could not encode")
  }
}
