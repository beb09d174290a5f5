internal import RouterCore

/// What the web server counts. Any thread.
struct WebMetrics: Sendable {
  // Of the whole process: no node of a document can be called so.
  private static let node = ""
  private let registry: MetricRegistry
  private let log: RefusalLog

  init(_ registry: MetricRegistry, log: RefusalLog) {
    self.registry = registry
    self.log = log
  }

  /// Refusals and disconnections by us, by reason; the reasons are a fixed set of phrases.
  /// - Parameter isLogged: False for what happens every day.
  func refused(_ reason: String, isLogged: Bool = true) {
    if isLogged { log.note(reason, at: .now()) }
    registry.metric(
      "router_web_refused_total", .counter, help: "Requests and connections refused or ended by a rule.",
      node: WebMetrics.node, label: .reason, value: reason
    ).add()
  }

  func connections(_ listener: String) -> Metric {
    registry.metric(
      "router_web_connections", .gauge, help: "Open connections.", node: WebMetrics.node, label: .listener,
      value: listener)
  }

  func accepted(_ listener: String) -> Metric {
    registry.metric(
      "router_web_accepted_total", .counter, help: "Connections accepted.", node: WebMetrics.node,
      label: .listener, value: listener)
  }

  func requests(_ listener: String) -> Metric {
    registry.metric(
      "router_web_requests_total", .counter, help: "Requests read.", node: WebMetrics.node, label: .listener,
      value: listener)
  }

  var skippedBytes: Metric {
    registry.metric(
      "router_web_live_skipped_bytes_total", .counter,
      help: "Bytes that listeners of endless bodies missed because they lagged.", node: WebMetrics.node)
  }
}
