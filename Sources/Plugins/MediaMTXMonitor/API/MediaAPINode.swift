import RouterCore

/// The control half of `mediamtx.api`: keeps the board, answers, tells who watches.
actor MediaAPINode: LiveNode {
  nonisolated let context: NodeContext
  private(set) var config: MediaAPI.Config
  var board: MonitorBoard
  var watchers: [UInt64: Watcher] = [:]
  var lastWatcher: UInt64 = 0
  let watching: Metric
  let dropped: Metric
  private let requests: Metric
  private var lease: (any WebLease)?
  private var isRunning = false
  /// Reads Redis, where the records come from there.
  private var reading: Task<Void, Never>?

  init(_ config: MediaAPI.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    board = MonitorBoard(intervalMs: config.intervalMs)
    watching = context.metrics.gauge("router_mediamtx_watchers", "WebSockets that are told of each look")
    dropped = context.metrics.counter("router_mediamtx_dropped_watchers_total", "WebSockets closed for being too slow")
    requests = context.metrics.counter("router_mediamtx_requests_total", "Requests to the monitor's API")
  }

  func prepare() async throws(NodeFailure) {
    let lease = try await context.web.lease(routes(), on: config.listener, by: context.id)
    self.lease = lease
    context.log.info("the monitor's page and API", ("listen", lease.address.description))
  }

  func run() async throws(NodeFailure) {
    isRunning = true
    startReading()
    defer {
      isRunning = false
      reading?.cancel()
    }
    while (try? await context.time.sleep(until: context.time.now.nextSecond)) != nil { tellAge() }
  }

  func stop() async {
    for watcher in watchers.values { watcher.close(code: 1001, reason: "stopping") }
    watchers = [:]
    watching.set(0)
    await lease?.release()
    lease = nil
  }

  func update(to config: MediaAPI.Config) async {
    let isSame = self.config.isReadLike(config)
    self.config = config
    guard !isSame else { return }
    if config.from == .redis { board.setInterval(milliseconds: config.intervalMs) }
    if isRunning { startReading() }
  }

  private func startReading() {
    reading?.cancel()
    reading = config.from == .redis ? Task { await self.followRedis() } : nil
  }

  func receive(_ event: Event, on port: String) async {
    let json = event.isWithdrawn ? nil : event.payload.json
    switch (port, event.payload) {
    case ("streams", let streams as StreamsEvent):
      if event.isWithdrawn || config.from != .links { return }
      let look = MonitorBoard.Look(at: streams.at, time: streams.time, records: json?.items ?? [])
      tell(board.take(look))
    case ("changes", _):
      if let json { tellEvent(json, as: "change") }
    case ("server", _):
      if let json {
        board.take(server: json)
        tellMembers("server", json)
      }
    case ("host", _):
      board.take(host: json)
      tellMembers("host", json ?? .null)
    case ("alerts", let payload) where type(of: payload).kind == .state:
      board.take(alerts: json)
      tellMembers("alerts", json ?? .null)
    case ("alerts", _):
      if let json { tellEvent(json, as: "alert") }
    default: break
    }
  }

  func count() { requests.add() }

  private var wasState = MonitorBoard.Age.none

  /// Data that grows old makes no event of its own.
  private func tellAge() {
    let state = board.state(at: context.time.now)
    guard state != wasState else { return }
    wasState = state
    broadcast(.object([.init("type", "age")] + board.ageMembers(at: context.time.now)))
  }
}
