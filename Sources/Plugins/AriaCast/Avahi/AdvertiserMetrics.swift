internal import RouterCore

/// The metrics of one advertiser.
struct AdvertiserMetrics: Sendable {
  let published: Metric
  let renames: Metric
  let connections: Metric

  init(_ metrics: NodeMetrics) {
    published = metrics.gauge("router_mdns_services", "Services that stand on the network")
    renames = metrics.counter("router_mdns_renames_total", "Names that were taken, so that another one was tried")
    connections = metrics.counter("router_mdns_connections_total", "Connections made to the Avahi daemon")
  }
}
