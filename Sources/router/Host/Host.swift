import RouterCore
import RouterWeb

/// The daemon: web server, graph and admin listener of one routes document. Applies changes one after the other.
actor Host {
  nonisolated let registrar: Registrar
  nonisolated let folder: String
  nonisolated let metrics: MetricRegistry
  nonisolated let hub: EventHub
  nonisolated let web: WebHost
  nonisolated let book = AddressBook()
  nonisolated let state: StateFile
  /// Loops for heavy stages.
  nonisolated let workers: [Loop]
  nonisolated let graph: RunningGraph
  nonisolated let started: Instant
  nonisolated let log: Log
  nonisolated let access: AdminAccess
  nonisolated let overrides: RunOverrides
  let levels: LogLevels
  let limits: PthreadLock<ListenerLimits>
  let sink: any LogSink
  /// Told of another log format.
  let standardLog: StandardLog?
  nonisolated let file: SavedDocument
  /// The document that plays.
  var document: RoutesDocument
  /// Raised by each change; the document read at start is revision 1.
  var revision = 1
  /// Distinguishes the revisions of this process from those of others.
  nonisolated let boot = String(UInt32.random(in: 0 ... .max), radix: 36)
  /// Of the file as it was last saved by somebody else, if it could not be applied.
  var documentProblems: [Problem] = []
  var history: DocumentHistory
  var turns = Turns()
  var admin: AdminListener?
  private var isStarted = false
  var levelTask: Task<Void, Never>?
  var watch: DocumentWatch?

  /// Starts loops and threads, no node yet.
  ///
  /// - Parameters:
  ///   - text: What the document was read from.
  ///   - file: Its path.
  /// - Throws: `SystemError` when the process has no descriptor left.
  init(
    document: RoutesDocument, text: [UInt8], file path: String, registrar: Registrar, log sink: any LogSink,
    overrides: RunOverrides, started: Instant
  ) async throws(SystemError) {
    let hub = EventHub()
    let metrics = MetricRegistry()
    let tee = LogTee([sink, hub])
    let levels = LogLevels(document.log.level)
    let log = Log(source: "router", threshold: levels.base, sink: tee)
    let folder = DocumentFile.folder(of: path)
    let web = try await WebHost(
      ioThreads: document.ioThreads, metrics: metrics,
      log: Log(source: "router.web", threshold: levels.base, sink: tee), stateFolder: "\(folder)/.router")
    let state = StateFile(path: "\(folder)/state.json", blocking: web.blocking, log: log)
    let access = AdminAccess(token: document.admin.token)
    let services = NodeServices(
      web: web, state: state, metrics: metrics, sink: tee, levels: levels, limits: PthreadLock(document.limits),
      folder: folder, book: book, access: access.actions, isOnce: overrides.isOnce)
    let workers = try Workers.start()
    self.document = document
    self.registrar = registrar
    self.folder = folder
    self.hub = hub
    self.metrics = metrics
    self.log = log
    self.web = web
    self.state = state
    self.started = started
    self.overrides = overrides
    self.levels = levels
    self.sink = tee
    self.workers = workers
    standardLog = sink as? StandardLog
    limits = services.limits
    self.access = access
    history = DocumentHistory(current: text)
    file = SavedDocument(path: path, text: text, keepsFile: overrides.keepsFile, blocking: web.blocking)
    graph = RunningGraph(metrics: metrics, observer: hub, workers: workers) { services.context(for: $0, graph: $1) }
  }

  /// Opens the admin listener, then starts every node. Returns when each node had its first try.
  /// - Throws: `NodeFailure` when the admin listener cannot be opened; nothing runs then.
  func start() async throws(NodeFailure) {
    let admin = AdminListener(server: web.server, routes: AdminAPI(host: self, access: access).routes)
    try await admin.open(document)
    self.admin = admin
    log.info("admin API", ("url", "\(admin.url ?? "")/api/v1/graph"))
    await graph.start(document)
    isStarted = true
    let milliseconds = (Instant.now() - started).nanoseconds / 1_000_000
    let nodes = CheckCommand.count(document.nodes.count, "node")
    log.info("ready after \(milliseconds) ms: \(nodes), \(CheckCommand.count(document.links.count, "link"))")
    watchFile()
  }

  /// Says every goodbye and gives everything back.
  func stop() async {
    log.info("stopping")
    watch?.stop()
    await graph.stop()
    await hub.close()
    await admin?.close()
    await state.flush()
    await web.stop()
    for worker in workers { await worker.stop() }
  }

  /// Started, and every node marked `essential` is running; else what is missing.
  func readiness() async -> [String] {
    guard isStarted else { return ["the router is starting"] }
    return await graph.snapshot().nodes.filter { $0.plan.settings.isEssential && $0.state != .running }.map { node in
      "node \(node.plan.id) is \(node.state.word)" + (node.state.reason.map { ": \($0)" } ?? "")
    }
  }
}
