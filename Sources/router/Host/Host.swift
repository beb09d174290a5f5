import RouterCore
import RouterWeb

/// The daemon: web server, graph and admin listener of one routes document.
actor Host {
  let document: RoutesDocument
  let registrar: Registrar
  let folder: String
  let metrics = MetricRegistry()
  let hub: EventHub
  let web: WebHost
  let book = AddressBook()
  let state: StateFile
  /// Loops for heavy stages.
  let workers: [Loop]
  let graph: RunningGraph
  /// Raised by each rewire; the document read at start is revision 1.
  let revision = 1
  let started: Instant
  private let log: Log
  private var adminLease: (any WebLease)?
  private var isStarted = false
  var levelTask: Task<Void, Never>?

  /// Starts loops and threads, no node yet.
  /// - Throws: `SystemError` when the process has no descriptor left.
  init(
    document: RoutesDocument, registrar: Registrar, folder: String, log sink: any LogSink, started: Instant
  ) async throws(SystemError) {
    let hub = EventHub()
    let tee = LogTee([sink, hub])
    let level = document.log.level
    let log = Log(source: "router", level: level, sink: tee)
    let web = try await WebHost(
      ioThreads: document.ioThreads, metrics: metrics, log: Log(source: "router.web", level: level, sink: tee),
      stateFolder: "\(folder)/.router")
    let state = StateFile(path: "\(folder)/state.json", blocking: web.blocking, log: log)
    let services = NodeServices(
      web: web, state: state, metrics: metrics, sink: tee, level: level, limits: document.limits, folder: folder,
      book: book, access: ActionAccess(token: document.admin.token))
    self.document = document
    self.registrar = registrar
    self.folder = folder
    self.hub = hub
    self.log = log
    self.web = web
    self.state = state
    self.started = started
    workers = try Workers.start()
    graph = RunningGraph(metrics: metrics, observer: hub, workers: workers) { services.context(for: $0, graph: $1) }
  }

  /// Opens the admin listener, then starts every node. Returns when each node had its first try.
  /// - Throws: `NodeFailure` when the admin listener cannot be opened; nothing runs then.
  func start() async throws(NodeFailure) {
    try await openAdmin()
    await graph.start(document)
    isStarted = true
    let milliseconds = (Instant.now() - started).nanoseconds / 1_000_000
    let nodes = CheckCommand.count(document.nodes.count, "node")
    log.info("ready after \(milliseconds) ms: \(nodes), \(CheckCommand.count(document.links.count, "link"))")
  }

  /// Says every goodbye and gives everything back.
  func stop() async {
    log.info("stopping")
    await graph.stop()
    await hub.close()
    await adminLease?.release()
    await state.flush()
    await web.stop()
    for worker in workers { await worker.stop() }
  }

  private func openAdmin() async throws(NodeFailure) {
    let admin = document.admin
    if admin.token == nil, !admin.listen.isLoopback {
      throw NodeFailure(
        .blocked, "admin.listen \(admin.listen) can be reached from other machines, but there is no admin.token",
        hint: "set admin.token (\"$NAME\" or {\"file\": \"path\"}), or listen on 127.0.0.1")
    }
    let listener = ListenerSettings(
      listen: admin.listen, tls: admin.tls, token: admin.token, limits: document.limits)
    let lease = try await web.server.lease(AdminAPI(host: self, token: admin.token).routes, on: listener, by: "admin")
    adminLease = lease
    log.info("admin API", ("url", "\(admin.tls == .off ? "http" : "https")://\(lease.address)/api/v1/graph"))
  }

  /// Started, and every node marked `essential` is running; else what is missing.
  func readiness() async -> [String] {
    guard isStarted else { return ["the router is starting"] }
    return await graph.snapshot().nodes.filter { $0.plan.settings.isEssential && $0.state != .running }.map { node in
      "node \(node.plan.id) is \(node.state.word)" + (node.state.reason.map { ": \($0)" } ?? "")
    }
  }
}
