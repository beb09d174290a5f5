import RouterCore

/// Numbers of a `panel.browsers`.
struct BrowsersCounters: Sendable {
  let clients: Metric
  let plays: Metric
  let missing: Metric
  let wrong: Metric
  let slow: Metric
  let uploads: Metric
  /// Microseconds; of the last report.
  let pressToSound: Metric

  init(_ metrics: NodeMetrics) {
    clients = metrics.gauge("router_panel_browsers", "Browsers connected now")
    plays = metrics.counter("router_panel_browser_plays_total", "Plays that browsers were told of")
    missing = metrics.gauge("router_panel_media_missing", "Media files that are missing or empty")
    wrong = metrics.counter("router_panel_wrong_messages_total", "Messages of browsers that could not be read")
    slow = metrics.counter(
      "router_panel_slow_browsers_total", "Browsers closed because they did not take what they were sent")
    uploads = metrics.counter("router_panel_uploads_total", "Media files that were uploaded")
    pressToSound = metrics.gauge(
      "router_panel_press_to_sound_seconds", "From the press to sound in a browser, as the last one reported",
      scale: 1e-6)
  }
}
