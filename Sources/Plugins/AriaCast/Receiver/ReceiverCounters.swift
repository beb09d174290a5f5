import RouterCore

/// The metrics of one receiver. Made before the first packet; written on the data path.
struct ReceiverCounters: Sendable {
  let messages: Metric
  let oddLengths: Metric
  let unusualSizes: Metric
  let late: Metric
  let texts: Metric
  let overflow: Metric
  let sessions: Metric
  let refused: Metric
  let superseded: Metric
  let connected: Metric
  let packetsPerSecond: Metric
  let silentSeconds: Metric
  let controllers: Metric
  let viewers: Metric
  let commands: Metric
  let wrongCommands: Metric
  let volume: Metric
  let pictures: Metric
  let picturesMissing: Metric
  let picturesRefused: Metric

  init(_ metrics: NodeMetrics) {
    let dropped = "Messages on /audio that were dropped, by reason"
    messages = metrics.counter("router_ariacast_messages_total", "Messages of sound received on /audio")
    oddLengths = metrics.counter("router_ariacast_dropped_total", dropped, reason: "odd-length")
    texts = metrics.counter("router_ariacast_dropped_total", dropped, reason: "text")
    overflow = metrics.counter("router_ariacast_dropped_total", dropped, reason: "opening")
    unusualSizes = metrics.counter(
      "router_ariacast_unusual_sizes_total", "Messages that did not hold 20 ms of sound; they are played")
    late = metrics.counter("router_ariacast_late_total", "Messages that came more than 100 ms after the one before")
    sessions = metrics.counter("router_ariacast_sessions_total", "Senders that were let in")
    refused = metrics.counter("router_ariacast_refused_total", "Senders answered 403 because the receiver was taken")
    superseded = metrics.counter("router_ariacast_superseded_total", "Senders whose place another one took")
    connected = metrics.gauge("router_ariacast_senders", "1 while a sender is connected")
    packetsPerSecond = metrics.gauge("router_ariacast_messages_per_second", "Messages of sound in the last second")
    silentSeconds = metrics.gauge(
      "router_ariacast_zero_seconds", "For how long the sender has sent nothing but zeros; 0 while there is sound")
    controllers = metrics.gauge("router_ariacast_control_clients", "Clients on /control")
    viewers = metrics.gauge("router_ariacast_metadata_clients", "Clients on /metadata")
    commands = metrics.counter("router_ariacast_commands_total", "Transport commands that were passed on")
    wrongCommands = metrics.counter("router_ariacast_wrong_commands_total", "Messages on /control nobody understands")
    volume = metrics.gauge("router_ariacast_volume_percent", "Volume the receiver was asked for")
    let fetched = "Pictures asked for, by what became of them"
    pictures = metrics.counter("router_ariacast_artwork_total", fetched, reason: "fetched")
    picturesMissing = metrics.counter("router_ariacast_artwork_total", fetched, reason: "missing")
    picturesRefused = metrics.counter("router_ariacast_artwork_total", fetched, reason: "not-allowed")
  }
}
