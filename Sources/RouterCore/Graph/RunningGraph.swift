internal import Synchronization

/// The graph that plays: nodes with their supervisors, open streams with their paths, events on their links.
public actor RunningGraph {
  /// Makes the context of a node; the host fills in its services.
  public typealias ContextMaker = @Sendable (PlannedNode, any NodeGraph) -> NodeContext

  struct RunningNode {
    var plan: PlannedNode
    var supervisor: NodeSupervisor?
    var mailbox: Mailbox
    var state: NodeState
  }

  struct OpenStream {
    var snapshot: StreamSnapshot
    var loop: Loop
    /// Lower halves on worker loops, upstream first.
    var handoffs: [(id: HandoffID, loop: Loop)]
    var record: PathRecord
  }

  static let placesPerPath = 256

  let makeContext: ContextMaker
  let metrics: MetricRegistry
  let observer: any GraphObserver
  var nodes: [NodeID: RunningNode] = [:]
  var order: [NodeID] = []
  var links: [PlannedLink] = []
  var streams: [StreamID: OpenStream] = [:]
  /// Traffic of streams that are over.
  var pastTraffic: [LinkID: Traffic] = [:]
  /// The last value of each state event, by output port.
  var states: [PortReference: [Event]] = [:]
  private var lastStream: StreamID = 0
  private let workers: [Loop]
  private var lastWorker = 0

  /// - Parameter workers: Loops for heavy stages; without any they run on the source's loop.
  public init(
    metrics: MetricRegistry, observer: any GraphObserver, workers: [Loop] = [],
    makeContext: @escaping ContextMaker
  ) {
    self.metrics = metrics
    self.workers = workers
    self.observer = observer
    self.makeContext = makeContext
  }

  /// Makes and starts every node of the document that is not disabled. Returns when each had its first try.
  public func start(_ document: RoutesDocument) async {
    precondition(order.isEmpty, "the graph is started twice")
    links = document.links
    for plan in document.nodes { add(plan) }
    let supervisors = nodes.values.compactMap(\.supervisor)
    for supervisor in supervisors { await supervisor.start() }
    for supervisor in supervisors { await supervisor.waitForFirstTry() }
  }

  func add(_ plan: PlannedNode) {
    let dropped = metrics.metric(
      "router_events_dropped_total", .counter, help: "Events dropped because 256 waited", node: plan.id)
    let id = plan.id
    let mailbox = Mailbox(dropped: dropped) { [weak self] event, port in await self?.deliver(event, to: id, on: port) }
    var running = RunningNode(plan: plan, supervisor: nil, mailbox: mailbox, state: .disabled)
    if !plan.settings.isDisabled {
      let context = makeContext(plan, NodeHandle(graph: self, node: id))
      running.supervisor = NodeSupervisor(id: id, node: plan.config.make(context), context: context) {
        [weak self] id, state in await self?.entered(id, state)
      }
      running.state = .starting
    }
    nodes[id] = running
    order.append(id)
  }

  private func entered(_ id: NodeID, _ state: NodeState) {
    nodes[id]?.state = state
    observer.changed(.node(id, state))
  }

  /// Stops all nodes, sources first, and closes what streams are left.
  public func stop() async {
    await withTaskGroup(of: Void.self) { group in
      for supervisor in nodes.values.compactMap(\.supervisor) { group.addTask { await supervisor.stop() } }
    }
    for id in streams.keys.sorted() { await close(id, .stopping) }
  }

  // MARK: Streams

  func open(_ offer: StreamOffer, from node: NodeID, on loop: Loop) async -> StreamID {
    lastStream += 1
    let id = lastStream
    var builder = PathBuilder(stream: id, offer: offer, origin: node, loop: loop, links: links)
    let below = await builder.below(node, port: offer.port ?? mainOutput(of: node), format: offer.format, in: self)
    let root = Branch(node: node, format: offer.format, stage: PassStage(), below: below)
    await loop.open(id, root)
    let snapshot = StreamSnapshot(
      id: id, node: node, peer: offer.peer, label: offer.label, format: offer.format, openedAt: loop.time.now,
      path: [node] + builder.passed, refused: builder.refused.mapValues(\.reason), traffic: [:], queuedFrames: 0,
      underruns: 0)
    streams[id] = OpenStream(snapshot: snapshot, loop: loop, handoffs: builder.handoffs, record: offer.record)
    observer.changed(.streamOpened(snapshot))
    for (link, refusal) in builder.refused {
      observer.changed(.notCarried(link: link, stream: id, reason: refusal.reason, bridge: refusal.bridge))
    }
    return id
  }

  func close(_ id: StreamID, _ end: StreamEnd) async {
    guard let stream = streams.removeValue(forKey: id) else { return }
    var traffic = await stream.loop.close(id, end)
    for handoff in stream.handoffs {
      traffic.merge(await handoff.loop.close(handoff.id, end).filter { !$0.key.isEmpty }) { $0 + $1 }
    }
    for (link, count) in traffic where !link.isEmpty { pastTraffic[link, default: Traffic()] += count }
    observer.changed(.streamClosed(id, node: stream.snapshot.node, end))
  }

  func mainOutput(of node: NodeID) -> String {
    nodes[node]?.plan.config.ports.first { $0.direction == .output && $0.isAudio }?.name ?? "audio"
  }

  /// The node that works at the far end of a link, and the port it takes it by.
  func target(of link: PlannedLink) -> (node: any Node, port: Port, isWorker: Bool)? {
    guard let running = nodes[link.to.node], let node = running.supervisor?.node,
      let port = running.plan.config.ports.first(where: { $0.direction == .input && $0.name == link.to.port })
    else { return nil }
    return (node, port, running.plan.type.traits.contains(.worker))
  }

  /// The worker the next heavy place is pinned to; nil without workers.
  func nextWorker() -> Loop? {
    guard !workers.isEmpty else { return nil }
    lastWorker = (lastWorker + 1) % workers.count
    return workers[lastWorker]
  }

  func workerDrops(of node: NodeID) -> Metric {
    metrics.metric(
      "router_worker_dropped_total", .counter, help: "Packets dropped because the worker was behind", node: node)
  }

  /// Every loop that drives a part of an open path.
  private var busyLoops: [Loop] {
    var loops: [ObjectIdentifier: Loop] = [:]
    for stream in streams.values {
      for loop in [stream.loop] + stream.handoffs.map(\.loop) { loops[ObjectIdentifier(loop)] = loop }
    }
    return Array(loops.values)
  }

  // MARK: Looking

  /// Everything at this moment; costs one job on each loop.
  public func snapshot() async -> GraphSnapshot {
    var all = GraphSnapshot(nodes: [], links: links, streams: [], traffic: pastTraffic)
    all.nodes = order.compactMap { nodes[$0] }.map { NodeSnapshot(plan: $0.plan, state: $0.state) }
    var traffic: [StreamID: [LinkID: Traffic]] = [:]
    for loop in busyLoops { traffic.merge(await loop.traffic()) { $0.merging($1) { $0 + $1 } } }
    for (id, stream) in streams.sorted(by: { $0.key < $1.key }) {
      var snapshot = stream.snapshot
      snapshot.traffic = traffic[id] ?? [:]
      snapshot.queuedFrames = stream.record.queuedFrames.load(ordering: .relaxed)
      snapshot.underruns = stream.record.underruns.load(ordering: .relaxed)
      for (link, count) in snapshot.traffic where !link.isEmpty { all.traffic[link, default: Traffic()] += count }
      all.streams.append(snapshot)
    }
    return all
  }

  /// Peak and power of what passed each link since the last call; measuring begins with the first call and ends when
  /// nobody called for a second.
  public func levels() async -> [LinkID: Level] {
    var all: [LinkID: Level] = [:]
    for loop in busyLoops { all.merge(await loop.levels()) { $0.joined(with: $1) } }
    return all
  }

  /// Does one of a node type's actions.
  public func perform(_ action: String, on id: NodeID, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard let running = nodes[id] else { throw ActionFailure("there is no node \"\(id)\"") }
    guard let node = running.supervisor?.node else { throw ActionFailure("node \"\(id)\" is disabled") }
    return try await node.perform(action, with: arguments)
  }
}
