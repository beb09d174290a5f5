internal import RouterCore

/// What a cast shows of itself.
struct CastCounters: Sendable {
  let connected: Metric
  let casts: Metric
  let messages: Metric
  let lost: Metric
  let skipped: Metric
  let streams: Metric
  let drift: Metric
  let delay: Metric
  let metadata: Metric
  let metadataFailures: Metric

  init(_ metrics: NodeMetrics) {
    connected = metrics.gauge("router_cast_connected", "1 while sound goes to the speaker")
    casts = metrics.counter("router_cast_sessions_total", "Times the speaker was taken")
    messages = metrics.counter("router_cast_messages_total", "Messages of 20 ms sent to the speaker")
    lost = metrics.counter("router_cast_lost_messages_total", "Messages the network did not take in time")
    skipped = metrics.counter("router_cast_skipped_messages_total", "Messages left out because we were too late")
    streams = metrics.gauge("router_cast_streams", "Streams that are cast")
    drift = metrics.gauge(
      "router_cast_drift_ppm", "How much faster than nominal the newest stream is read", scale: 0.001)
    delay = metrics.gauge(
      "router_cast_buffer_delay_seconds", "Longest delay a stream's buffer holds", scale: 0.000_001)
    metadata = metrics.counter("router_cast_metadata_total", "Times the speaker was told what is played")
    metadataFailures = metrics.counter(
      "router_cast_metadata_failures_total", "Times the speaker did not take what is played")
  }
}
