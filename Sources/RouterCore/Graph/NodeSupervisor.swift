/// Keeps one node alive: prepares, runs, waits after failures and begins again, until it is told to stop.
actor NodeSupervisor {
  let id: NodeID
  let node: any Node
  private let time: any TimeSource
  private let log: Log
  private let report: @Sendable (NodeID, NodeState) async -> Void
  private var lifecycle: NodeLifecycle
  private var life: Task<Void, Never>?
  private(set) var state = NodeState.starting
  private let transitions: Metric
  private var firstTry: [CheckedContinuation<Void, Never>] = []
  private var hadFirstTry = false

  init(
    id: NodeID, node: any Node, context: NodeContext,
    report: @escaping @Sendable (NodeID, NodeState) async -> Void
  ) {
    self.id = id
    self.node = node
    time = context.time
    log = context.log
    self.report = report
    transitions = context.metrics.counter("router_node_transitions_total", "State changes of the node")
    lifecycle = NodeLifecycle(seed: UInt64(bitPattern: Int64(id.hashValue)))
  }

  func start() {
    precondition(life == nil, "node \(id) is started twice")
    life = Task { await self.live() }
  }

  /// Returns once the first `prepare` succeeded or failed.
  func waitForFirstTry() async {
    if hadFirstTry { return }
    await withCheckedContinuation { firstTry.append($0) }
  }

  /// Cancels the node and waits until it has given everything back.
  func stop() async {
    life?.cancel()
    await life?.value
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
        endFirstTry()
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
    endFirstTry()
    return next
  }

  private func run() async -> NodeLifecycle.Action {
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
    endFirstTry()
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
    await report(id, new)
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

  private func endFirstTry() {
    hadFirstTry = true
    for waiting in firstTry { waiting.resume() }
    firstTry = []
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
