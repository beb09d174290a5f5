import RouterCore
import RouterWeb

/// Makes the context each node gets.
struct NodeServices: Sendable {
  let web: WebHost
  let metrics: MetricRegistry
  let sink: any LogSink
  let level: LogLevel
  let limits: ListenerLimits
  let folder: String
  let book: AddressBook

  func context(for plan: PlannedNode, graph: any NodeGraph) -> NodeContext {
    let log = Log(source: plan.id, level: plan.settings.logLevel ?? level, sink: sink)
    return NodeContext(
      id: plan.id, label: plan.settings.label ?? plan.id, log: log,
      metrics: NodeMetrics(registry: metrics, node: plan.id), time: SystemTime(), loop: web.loop(for: plan.id),
      blocking: web.blocking,
      web: BookedWebServer(server: web.server, book: book, log: log, limits: limits), http: web.http,
      datagrams: web.datagrams, folder: folder, graph: graph)
  }
}
