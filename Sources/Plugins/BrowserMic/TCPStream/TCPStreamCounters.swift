import RouterCore

/// The metrics of one `tcp.stream`.
struct TCPStreamCounters: Sendable {
  let ports: Metric
  let listeners: Metric
  let refused: Metric
  let bytes: Metric
  let dropped: Metric

  init(_ metrics: NodeMetrics) {
    ports = metrics.gauge("router_tcp_stream_ports", "Ports that are open, one per stream")
    listeners = metrics.gauge("router_tcp_stream_listeners", "Listeners of all streams now")
    refused = metrics.counter("router_tcp_stream_refused_total", "Streams that got no port")
    bytes = metrics.counter("router_tcp_stream_bytes_total", "Bytes of sound handed to listeners' buffers, once each")
    dropped = metrics.counter(
      "router_tcp_stream_dropped_total", "Packets left out because another way of the same stream wrote")
  }
}
