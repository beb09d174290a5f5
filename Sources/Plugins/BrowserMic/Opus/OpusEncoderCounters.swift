import RouterCore

/// The metrics of one `opus.encoder`. Written on the data path.
struct OpusEncoderCounters: Sendable {
  let packets: Metric
  let bytes: Metric
  let failures: Metric

  init(_ metrics: NodeMetrics) {
    packets = metrics.counter("router_opus_encoder_packets_total", "Opus packets of 20 ms made")
    bytes = metrics.counter("router_opus_encoder_bytes_total", "Bytes of Ogg made")
    failures = metrics.counter("router_opus_encoder_failures_total", "Blocks of sound libopus could not encode")
  }
}
