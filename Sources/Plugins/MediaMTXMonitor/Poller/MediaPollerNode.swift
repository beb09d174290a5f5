import RouterCore

/// The control half of `mediamtx.poller`: asks, on a schedule of the monotonic clock, one look at a time.
actor MediaPollerNode: LiveNode {
  /// A server that is away is looked for at least this often.
  private static let longestWait = Duration.seconds(5)

  private let context: NodeContext
  private let client: ServerClient
  private let looks: Metric
  private let failures: Metric
  private let skipped: Metric
  private let lookTime: Metric
  private var config: MediaPoller.Config
  private var view = ServerView()
  private var look = 0
  /// Of the last look; nil while the paths are fresh.
  private var failure: PollFailure?
  private var ongoing: Task<Void, Never>?

  init(_ config: MediaPoller.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    client = ServerClient(target: config.target(folder: context.folder), http: context.http)
    let metrics = context.metrics
    looks = metrics.counter("router_mediamtx_looks_total", "Looks at the server")
    failures = metrics.counter("router_mediamtx_failed_looks_total", "Looks at which the paths could not be read")
    skipped = metrics.counter("router_mediamtx_skipped_looks_total", "Looks left out because one before took too long")
    lookTime = metrics.gauge("router_mediamtx_look_seconds", "Duration of the last look", scale: 1e-6)
  }

  func update(to config: MediaPoller.Config) async { self.config = config }

  /// A server that was away is looked at before the node counts as running again.
  func prepare() async throws(NodeFailure) {
    if failure != nil, !context.isOnce { try await lookAndJudge() }
  }

  func run() async throws(NodeFailure) {
    if context.isOnce { return }
    var due = context.time.now
    while !Task.isCancelled {
      try await lookAndJudge()
      due = nextDue(after: due)
      do { try await context.time.sleep(until: due) } catch { return }
    }
  }

  /// `poll`: one look now, or the one that is going on.
  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard action == "poll" else { throw ActionFailure("there is no action \"\(action)\"") }
    await lookNow()
    if let failure { throw ActionFailure("\(config.url): \(failure.message)") }
    return ["look": .integer(Int64(look)), "paths": .integer(Int64(view.paths.value.count))]
  }

  private func nextDue(after due: Instant) -> Instant {
    let interval = Duration.milliseconds(config.intervalMs)
    let next = due + interval
    let late = (context.time.now - next).nanoseconds
    guard late > 0 else { return next }
    let missed = late / interval.nanoseconds + 1
    skipped.add(Int(missed))
    return next + .nanoseconds(missed * interval.nanoseconds)
  }

  private func lookAndJudge() async throws(NodeFailure) {
    await lookNow()
    guard let failure, !Task.isCancelled else { return }
    let hint: String? =
      switch failure.kind {
      case .unauthorized: "check user, password or token, and MediaMTX's authInternalUsers (action api)"
      case .unreachable: "is MediaMTX running, with \"api: yes\"?"
      case .notOffered: "does \"url\" name MediaMTX's API (port 9997)?"
      case .broken: nil
      }
    var told = NodeFailure(.missing, "\(config.url): \(failure.message)", hint: hint)
    if failure.kind != .unauthorized { told.longestWait = MediaPollerNode.longestWait }
    throw told
  }

  /// One look at a time: who asks meanwhile waits for it.
  private func lookNow() async {
    if let ongoing { return await ongoing.value }
    let task = Task { await self.lookOnce() }
    ongoing = task
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    ongoing = nil
  }

  private func lookOnce() async {
    let begun = context.time.now
    if view.wantsInfo(at: begun) {
      let outcome = await client.info()
      view.tookInfo(outcome, at: context.time.now, time: .now())
      if case .failure(let failure) = outcome, failure.concernsServer {
        view.tookPaths(.failure(failure), at: context.time.now, time: .now())
        return await end(begun, with: failure)
      }
    }
    let outcome = await client.paths()
    view.tookPaths(outcome, at: context.time.now, time: .now())
    if case .failure(let failure) = outcome { return await end(begun, with: failure) }
    await lookAtConnections()
    await end(begun, with: nil)
  }

  /// Once one answer does not come, the others of this look are not waited for.
  private func lookAtConnections() async {
    var wanted = view.wantedLists(at: context.time.now)[...]
    var asked: [ServerList] = []
    var trouble = ""
    while let list = wanted.popFirst() {
      asked.append(list)
      let outcome = await client.connections(list)
      view.took(list, outcome, at: context.time.now, time: .now())
      if case .failure(let failure) = outcome, failure.concernsServer {
        trouble = "\(list.rawValue): \(failure.message)"
        break
      }
    }
    view.close(asked: asked, notReached: Array(wanted), because: trouble)
  }

  private func end(_ begun: Instant, with failure: PollFailure?) async {
    if Task.isCancelled { return }
    self.failure = failure
    look += 1
    looks.add()
    if failure != nil { failures.add() }
    let now = context.time.now
    lookTime.set(Int((now - begun).nanoseconds / 1000))
    let event = SnapshotEvent(
      look: look, server: config.url, at: now, time: .now(), intervalMs: config.intervalMs, info: view.info,
      paths: view.paths, connections: view.connections)
    await context.graph.emit(event, on: "snapshots")
  }
}
