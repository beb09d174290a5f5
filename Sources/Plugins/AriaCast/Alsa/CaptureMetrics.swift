internal import RouterCore

/// What a recording card shows of itself.
struct CaptureMetrics: Sendable {
  /// Times the card was not read in time.
  let overruns: Metric
  /// Periods the loop did not take in time.
  let dropped: Metric
  /// 1 while the card records.
  let running: Metric
  /// 1 if the card's thread has real-time priority.
  let realtime: Metric
  /// Times the card was opened.
  let openings: Metric

  init(_ metrics: NodeMetrics) {
    overruns = metrics.counter("router_capture_card_overruns_total", "Times the sound card was not read in time")
    dropped = metrics.counter("router_capture_dropped_periods_total", "Periods the router was too late to take")
    running = metrics.gauge("router_capture_running", "1 while the sound card records")
    realtime = metrics.gauge("router_capture_realtime", "1 if the thread of the sound card has real-time priority")
    openings = metrics.counter("router_capture_openings_total", "Times the sound card was opened")
  }
}
