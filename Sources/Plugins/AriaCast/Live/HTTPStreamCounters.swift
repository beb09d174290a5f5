import RouterCore

/// The metrics of one `http.stream`. Written on the data path.
struct HTTPStreamCounters: Sendable {
  let listeners: Metric
  let silence: Metric
  let superseded: Metric
  let collisions: Metric
  /// MP3 only.
  let malformed: Metric

  init(_ metrics: NodeMetrics) {
    let dropped = "Packets that were not put into the body, by reason"
    listeners = metrics.gauge("router_http_stream_listeners", "Players that listen now")
    silence = metrics.counter("router_http_stream_silence_frames_total", "Frames of silence put into the body")
    superseded = metrics.counter("router_http_stream_dropped_total", dropped, reason: "superseded")
    collisions = metrics.counter("router_http_stream_dropped_total", dropped, reason: "collision")
    malformed = metrics.counter("router_http_stream_dropped_total", dropped, reason: "malformed")
  }
}
