/// Keeps one node alive: prepares, runs, waits after failures and begins again, until it is told to stop.
actor NodeSupervisor {
  /// How the first try ended.
  enum FirstTry: Sendable, Equatable {
    case running
    case failed(NodeFailure)
    /// It was still trying when nobody would wait longer.
    case late
  }

  nonisolated let instance: NodeInstance
  nonisolated let node: any Node
  private nonisolated let listeners: ListenerKeeper
  private let time: any TimeSource
  private let log: Log
  private let report: @Sendable (NodeInstance, NodeState) async -> Void
  private var lifecycle: NodeLifecycle
  private var life: Task<Void, Never>?
  private(set) var state = NodeState.starting
  private let transitions: Metric
  private var waiters: [CheckedContinuation<FirstTry, Never>] = []
  private var firstTry: FirstTry?
  /// Closed while the node may prepare but not run.
  private var mayRun = Latch()

  init(
    instance: NodeInstance, node: any Node, context: NodeContext, listeners: ListenerKeeper,
    report: @escaping @Sendable (NodeInstance, NodeState) async -> Void
  ) {
    self.instance = instance
    self.node = node
    self.listeners = listeners
    time = context.time
    log = context.log
    self.report = report
    transitions = context.metrics.counter("router_node_transitions_total", "State changes of the node")
    lifecycle = NodeLifecycle(seed: NodeSupervisor.seed(instance))
  }

  private static func seed(_ instance: NodeInstance) -> UInt64 { UInt64(bitPattern: Int64(instance.id.hashValue)) }

  /// Begins the node's life, also a second one after `stop`.
  ///
  /// - Parameter held: It prepares, and runs only once `release` is called.
  func start(held: Bool = false) {
    precondition(life == nil, "node \(instance.id) is started twice")
    lifecycle = NodeLifecycle(seed: NodeSupervisor.seed(instance))
    firstTry = nil
    mayRun = Latch()
    if !held { mayRun.open() }
    life = Task { await self.live() }
  }

  /// Lets a held node run.
  func release() { mayRun.open() }

  /// Returns once the first `prepare` succeeded or failed.
  /// - Parameter limit: How long to wait at most; nil for ever.
  @discardableResult
  func waitForFirstTry(limit: Duration? = nil) async -> FirstTry {
    if let firstTry { return firstTry }
    let alarm = limit.map { limit in
      Task {
        do { try await time.sleep(until: time.now + limit) } catch { return }
        self.endWaiting(.late)
      }
    }
    defer { alarm?.cancel() }
    return await withCheckedContinuation { waiters.append($0) }
  }

  /// Hands the node its options as they stand now, live ones changed. One call at a time.
  nonisolated func update(to config: NodeConfig) async {
    if let listening = config.value as? any ListeningConfiguration { await listeners.update(listening.listener) }
    await config.update(node)
  }

  /// Cancels the node and waits until it has given everything back.
  func stop() async {
    life?.cancel()
    await life?.value
    life = nil
  }

  /// The same, but waits no longer than `limit`: what hangs is left to itself, and said.
  func stop(within limit: Duration) async {
    guard life != nil else { return }
    let done = Latch()
    Task {
      await self.stop()
      done.open()
    }
    let alarm = Task {
      do { try await time.sleep(until: time.now + limit) } catch { return }
      log.error("did not stop within \(limit.nanoseconds / 1_000_000_000) s and is left alone")
      done.open()
    }
    await done.wait()
    alarm.cancel()
  }

  private func live() async {
    var action = lifecycle.begin()
    while true {
      switch action {
      case .prepare: action = await prepare()
      case .run: action = await run()
      case .wait(let pause, let failure): action = await wait(pause, failure)
      case .stop:
        await enter(.stopping)
        await node.stop()
        action = lifecycle.stopped()
      case .end:
        endFirstTry(.late)
        return
      }
    }
  }

  private func prepare() async -> NodeLifecycle.Action {
    if Task.isCancelled { return lifecycle.stopAsked() }
    if case .starting = state {} else { state = .starting }
    do throws(NodeFailure) {
      try await node.prepare()
    } catch {
      return Task.isCancelled ? lifecycle.stopAsked() : lifecycle.prepareFailed(error)
    }
    let next = lifecycle.prepared(at: time.now)
    await enter(.running)
    endFirstTry(.running)
    return next
  }

  private func run() async -> NodeLifecycle.Action {
    await mayRun.wait()
    if Task.isCancelled { return lifecycle.stopAsked() }
    do throws(NodeFailure) {
      try await node.run()
      // A node with nothing to wait for stays until it is stopped.
      while !Task.isCancelled { try? await time.sleep(until: time.now + .seconds(3600)) }
    } catch {
      if !Task.isCancelled {
        await node.stop()
        return lifecycle.runFailed(error, at: time.now)
      }
    }
    return lifecycle.stopAsked()
  }

  private func wait(_ pause: Duration, _ failure: NodeFailure) async -> NodeLifecycle.Action {
    let next = time.now + pause
    let waiting = NodeState.waiting(reason: failure.reason, hint: failure.hint, nextTry: next)
    let faulted = NodeState.faulted(reason: failure.reason, hint: failure.hint, nextTry: next)
    await enter(failure.kind == .broken ? faulted : waiting)
    endFirstTry(.failed(failure))
    do { try await time.sleep(until: next) } catch { return lifecycle.stopAsked() }
    return lifecycle.waited()
  }

  /// A new state is logged once: trying again for the same reason is not news.
  private func enter(_ new: NodeState) async {
    let isNews = new.word != lastSaid.word || new.reason != lastSaid.reason
    state = new
    transitions.add()
    if isNews {
      lastSaid = (new.word, new.reason)
      say(new)
    }
    await report(instance, new)
  }

  private var lastSaid: (word: String, reason: String?) = ("starting", nil)

  private func say(_ state: NodeState) {
    let hint = state.hint.map { "; \($0)" } ?? ""
    switch state {
    case .waiting(let reason, _, _): log.warning("waiting: \(reason)\(hint)")
    case .faulted(let reason, _, _): log.error("faulted: \(reason)\(hint)")
    case .stopping: log.debug("stopping")
    default: log.info("\(state.word)")
    }
  }

  private func endFirstTry(_ outcome: FirstTry) {
    firstTry = firstTry ?? outcome
    endWaiting(outcome)
  }

  private func endWaiting(_ outcome: FirstTry) {
    for waiting in waiters { waiting.resume(returning: outcome) }
    waiters = []
  }
}

extension NodeState {
  /// Why the node does not run; nil when it does.
  public var reason: String? {
    switch self {
    case .waiting(let reason, _, _), .faulted(let reason, _, _): reason
    default: nil
    }
  }

  /// What to do about it.
  public var hint: String? {
    switch self {
    case .waiting(_, let hint, _), .faulted(_, let hint, _): hint
    default: nil
    }
  }

  /// When the node is tried again.
  public var nextTry: Instant? {
    switch self {
    case .waiting(_, _, let instant), .faulted(_, _, let instant): instant
    default: nil
    }
  }
}
