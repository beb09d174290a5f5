internal import Synchronization

/// The graph that plays: nodes with their supervisors, open streams with their paths, events on their links.
public actor RunningGraph {
  /// Makes the context of a node; the host fills in its services.
  public typealias ContextMaker = @Sendable (PlannedNode, any NodeGraph) -> NodeContext

  struct RunningNode {
    var plan: PlannedNode
    let instance: NodeInstance
    /// nil while the node is disabled.
    var supervisor: NodeSupervisor?
    let mailbox: Mailbox
  }

  struct OpenStream {
    var snapshot: StreamSnapshot
    let loop: Loop
    /// Its places; the root belongs to the source.
    var root: Place
    var lastHandoff: Int
    let offer: StreamOffer

    /// Loops that drive a part of the path.
    var loops: [Loop] { root.all.flatMap { [$0.loop, $0.loopBelow] } }
  }

  /// A state event that holds, and the node that said it last.
  struct KeptState {
    var event: Event
    var owner: NodeInstance
  }

  static let placesPerPath = 256

  let makeContext: ContextMaker
  let metrics: MetricRegistry
  let observer: any GraphObserver
  /// What runs, as the document says it.
  var document = RoutesDocument()
  var nodes: [NodeID: RunningNode] = [:]
  var links: [PlannedLink] { document.links }
  var streams: [StreamID: OpenStream] = [:]
  /// Traffic of streams that are over.
  var pastTraffic: [LinkID: Traffic] = [:]
  /// The last value of each state event, by output port.
  var states: [PortReference: [KeptState]] = [:]
  /// What nodes said that are no part of the graph yet.
  var held: [ObjectIdentifier: [HeldEvent]] = [:]
  /// One rewire at a time.
  let turn = Turn()
  /// Closed while paths are changed: streams that open meanwhile wait and get the new plan.
  let openings = Gate()
  /// Closed while loops commit.
  let closings = Gate()
  /// Old nodes that are still giving things back.
  var retiring: [Retirement] = []
  var retirings = 0
  var isStopping = false
  private var lastPlace: PlaceID = 0
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
    precondition(nodes.isEmpty && self.document.nodes.isEmpty, "the graph is started twice")
    self.document = document
    for plan in document.nodes { nodes[plan.id] = make(plan, role: .current) }
    let supervisors = nodes.values.compactMap(\.supervisor)
    for supervisor in supervisors { await supervisor.start() }
    for supervisor in supervisors { await supervisor.waitForFirstTry() }
  }

  /// Makes what a node of the document needs to run; nothing of it starts yet.
  func make(_ plan: PlannedNode, role: NodeInstance.Role) -> RunningNode {
    let isDisabled = plan.settings.isDisabled
    let instance = NodeInstance(plan.id, role: role, state: isDisabled ? .disabled : .starting)
    let dropped = metrics.metric(
      "router_events_dropped_total", .counter, help: "Events dropped because 4,096 waited", node: plan.id)
    let mailbox =
      nodes[plan.id]?.mailbox
      ?? Mailbox(node: plan.id, dropped: dropped) {
        [weak self] event, id, port in await self?.deliver(event, to: id, on: port)
      }
    var running = RunningNode(plan: plan, instance: instance, supervisor: nil, mailbox: mailbox)
    if !isDisabled {
      var context = makeContext(plan, NodeHandle(graph: self, instance: instance))
      let listeners = ListenerKeeper(context.web)
      context.web = listeners
      running.supervisor = NodeSupervisor(
        instance: instance, node: plan.config.make(context), context: context, listeners: listeners
      ) { [weak self] instance, state in await self?.entered(instance, state) }
    }
    return running
  }

  private func entered(_ instance: NodeInstance, _ state: NodeState) {
    instance.state = state
    if instance.role == .current { observer.changed(.node(instance.id, state)) }
  }

  /// Stops all nodes, sources first, and closes what streams are left.
  public func stop() async {
    await turn.enter()
    isStopping = true
    await withTaskGroup(of: Void.self) { group in
      for supervisor in nodes.values.compactMap(\.supervisor) { group.addTask { await supervisor.stop() } }
    }
    await waitForRetired()
    for id in streams.keys.sorted() { await close(id, .stopping) }
    await turn.leave()
  }

  // MARK: Streams

  /// Opens a stream of a node as it stands in the document; 0 if there is none.
  func open(_ offer: StreamOffer, from node: NodeID, on loop: Loop) async -> StreamID {
    guard let instance = nodes[node]?.instance else { return 0 }
    return await open(offer, from: instance, on: loop)
  }

  func open(_ offer: StreamOffer, from instance: NodeInstance, on loop: Loop) async -> StreamID {
    guard await openings.enter(waitingFor: { instance.role != .pending }) else { return 0 }
    let id = await openNow(offer, from: instance, on: loop)
    await openings.leave()
    return id
  }

  private func openNow(_ offer: StreamOffer, from instance: NodeInstance, on loop: Loop) async -> StreamID {
    guard instance.role == .current, nodes[instance.id]?.instance === instance else { return 0 }
    lastStream += 1
    let id = lastStream
    let map = PathMap(nodes: nodes, links: links)
    let output = Place.Output(port: offer.port ?? map.mainOutput(of: instance.id), format: offer.format)
    var planner = PathPlanner(stream: id, offer: offer, origin: instance.id, map: map)
    var root = Place(
      id: nextPlace(), instance: instance, link: "", port: "", format: offer.format, output: output, loop: loop,
      handoff: nil)
    root = await planner.plan(root, in: self)
    var parts = planner.parts
    parts.stages[root.id] = Crate(PassStage())
    var lower: [(loop: Loop, tree: TreeDraft)] = []
    let draft = root.draft(parts, lower: &lower)
    // Lower halves first: what the upper ones hand on finds its reader.
    for (worker, tree) in lower.reversed() { await worker.commit(LoopEdit(trees: [tree])) }
    await loop.open(id, draft)
    let snapshot = StreamSnapshot(
      id: id, node: instance.id, peer: offer.peer, label: offer.label, format: offer.format, openedAt: loop.time.now,
      path: root.path, refused: planner.refused.mapValues(\.reason), traffic: [:], queuedFrames: 0, underruns: 0)
    streams[id] = OpenStream(
      snapshot: snapshot, loop: loop, root: root, lastHandoff: planner.handoffs, offer: offer)
    observer.changed(.streamOpened(snapshot))
    announce(planner.refused, of: id)
    return id
  }

  /// Says which links do not carry a stream.
  func announce(_ refused: [LinkID: StageRefusal], of id: StreamID) {
    for (link, refusal) in refused {
      observer.changed(.notCarried(link: link, stream: id, reason: refusal.reason, bridge: refusal.bridge))
    }
  }

  /// Ends a stream. Does nothing if it is over.
  public func close(_ id: StreamID, _ end: StreamEnd) async {
    _ = await closings.enter()
    if let stream = streams.removeValue(forKey: id) { await close(stream, end) }
    await closings.leave()
  }

  private func close(_ stream: OpenStream, _ end: StreamEnd) async {
    var traffic = await stream.loop.close(stream.snapshot.id, end)
    for handoff in stream.root.all.compactMap(\.handoff) {
      traffic.merge(await handoff.loop.close(handoff.id, end).filter { !$0.key.isEmpty }) { $0 + $1 }
    }
    for (link, count) in traffic where !link.isEmpty { pastTraffic[link, default: Traffic()] += count }
    observer.changed(.streamClosed(stream.snapshot.id, node: stream.root.instance.id, end))
  }

  func nextPlace() -> PlaceID {
    lastPlace += 1
    return lastPlace
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
      for loop in stream.loops { loops[ObjectIdentifier(loop)] = loop }
    }
    return Array(loops.values)
  }

  // MARK: Looking

  /// Everything at this moment; costs one job on each loop.
  public func snapshot() async -> GraphSnapshot {
    var traffic: [StreamID: [LinkID: Traffic]] = [:]
    for loop in busyLoops {
      traffic.merge(await loop.traffic()) { $0.merging($1) { $0 + $1 } }
      for (link, count) in await loop.takePastTraffic() { pastTraffic[link, default: Traffic()] += count }
    }
    let known = Set(links.map(\.id))
    pastTraffic = pastTraffic.filter { known.contains($0.key) }
    var all = GraphSnapshot(nodes: [], links: links, streams: [], traffic: pastTraffic)
    all.nodes = document.nodes.compactMap { nodes[$0.id] }.map { NodeSnapshot(plan: $0.plan, state: $0.instance.state) }
    for (id, stream) in streams.sorted(by: { $0.key < $1.key }) {
      var snapshot = stream.snapshot
      snapshot.traffic = traffic[id] ?? [:]
      snapshot.queuedFrames = stream.offer.record.queuedFrames.load(ordering: .relaxed)
      snapshot.underruns = stream.offer.record.underruns.load(ordering: .relaxed)
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
