import RouterWeb
import Support

@testable import AriaCast
@testable import RouterCore

/// The real web server and the real graph, with `phone -> web` on loopback ports the system picks.
struct LoopbackRouter {
  let web: WebHost
  let graph: RunningGraph
  let log = CollectLog()
  let registry = MetricRegistry()
  let dialer: WebSocketDialer

  private struct Silent: GraphObserver {
    func changed(_ change: GraphChange) {}
  }

  init(ioThreads: Int = 2) async throws {
    let (log, registry) = (log, registry)
    let web = try await WebHost(
      ioThreads: ioThreads, metrics: registry, log: Log(source: "web", level: .info, sink: log),
      stateFolder: "/nowhere")
    self.web = web
    dialer = WebSocketDialer(blocking: BlockingPool(threads: 1))
    graph = RunningGraph(metrics: registry, observer: Silent()) { plan, graph in
      NodeContext(
        id: plan.id, label: plan.id, log: Log(source: plan.id, level: .info, sink: log),
        metrics: NodeMetrics(registry: registry, node: plan.id), time: SystemTime(), loop: web.loops[0],
        blocking: web.blocking, web: web.server, http: FakeHTTPClient(),
        sockets: UnreachableSockets(), byteStreams: UnreachableStreams(), datagrams: web.datagrams, folder: "/nowhere",
        store: FakeStore(), graph: graph)
    }
    await graph.start(Self.document())
  }

  func stop() async {
    await graph.stop()
    await web.stop()
  }

  /// The port a node really listens on.
  func port(of node: NodeID) -> Int? {
    let facts = log.lines.filter { $0.source == node }.flatMap(\.facts)
    return facts.first { $0.0 == "listen" }.flatMap { Int($0.1.split(separator: ":").last ?? "") }
  }

  private static func document() -> RoutesDocument {
    let anywhere = PeerAddress(host: "127.0.0.1", port: 0)
    var phone = AriacastReceiver.Config()
    phone.listener.listen = anywhere
    phone.discovery = .off
    var listen = HTTPStream.Config()
    listen.listener.listen = anywhere
    var document = RoutesDocument()
    document.nodes = [
      plan("phone", AriacastReceiver.self, phone), plan("web", HTTPStream.self, listen),
    ]
    document.links = [
      PlannedLink(
        from: PortReference(node: "phone", port: "audio"), to: PortReference(node: "web", port: "audio"), kind: .audio)
    ]
    return document
  }

  private static func plan<D: NodeDefinition>(_ id: NodeID, _ type: D.Type, _ config: D.Config) -> PlannedNode {
    PlannedNode(
      id: id, type: NodeType(type), config: NodeConfig(type, config), settings: NodeSettings(), json: .object([]))
  }
}
