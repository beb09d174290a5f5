import RouterCore
import RouterWeb

/// Makes the context each node gets.
struct NodeServices: Sendable {
  let web: WebHost
  let state: StateFile
  let metrics: MetricRegistry
  let sink: any LogSink
  let levels: LogLevels
  /// Of listeners that set none.
  let limits: PthreadLock<ListenerLimits>
  let folder: String
  let book: AddressBook
  let access: ActionAccess
  let isOnce: Bool

  func context(for plan: PlannedNode, graph: any NodeGraph) -> NodeContext {
    let log = Log(source: plan.id, threshold: levels.threshold(of: plan), sink: sink)
    return NodeContext(
      id: plan.id, label: plan.settings.label ?? plan.id, log: log,
      metrics: NodeMetrics(registry: metrics, node: plan.id), time: SystemTime(), loop: loop(for: plan.id),
      blocking: web.blocking,
      web: BookedWebServer(server: web.server, book: book, log: log, limits: limits.withLock { $0 }), http: web.http,
      sockets: web.webSockets, byteStreams: web.byteStreams,
      datagrams: web.datagrams, folder: folder, store: state.drawer(of: plan.id), graph: graph,
      access: access, isOnce: isOnce)
  }

  /// Nodes without connections are spread over the loops by their ids, the same way at each start.
  private func loop(for node: NodeID) -> Loop {
    let sum = node.utf8.reduce(UInt64(5381)) { $0 &* 33 &+ UInt64($1) }
    return web.loops[Int(sum % UInt64(web.loops.count))]
  }
}
