import Support

@testable import RouterCore

/// A running graph of three probe nodes, `source`, `left` and `right`, on a clock moved by hand.
final class GraphBench: Sendable {
  let graph: RunningGraph
  let loop: Loop
  let time = ManualTime()
  let log = CollectLog()
  private let probes: [NodeID: Probe]
  private let onWorker: Set<NodeID>
  let worker: Loop

  /// - Parameter onWorker: Nodes whose stages run on a second loop.
  init(
    refusing: Set<NodeID> = [], echoing: Set<NodeID> = [], missing: Set<NodeID> = [], onWorker: Set<NodeID> = []
  ) throws {
    let ids: [NodeID] = ["source", "left", "right"]
    let probes = Dictionary(
      uniqueKeysWithValues: ids.map { id in
        (
          id,
          Probe(
            isRefusing: refusing.contains(id), isEchoing: echoing.contains(id), isMissing: missing.contains(id))
        )
      })
    let loop = Loop(name: "test", poller: try ParkingPoller())
    loop.start()
    let worker = Loop(name: "worker", poller: try ParkingPoller())
    worker.start()
    self.onWorker = onWorker
    self.worker = worker
    let registry = MetricRegistry()
    let (time, log, fakes) = (time, log, try FakeHost())
    self.probes = probes
    self.loop = loop
    graph = RunningGraph(metrics: registry, observer: SilentObserver(), workers: [worker]) { plan, graph in
      NodeContext(
        id: plan.id, label: plan.id, log: Log(source: plan.id, level: .debug, sink: log),
        metrics: NodeMetrics(registry: registry, node: plan.id), time: time, loop: loop,
        blocking: fakes.context.blocking,
        web: fakes.web, http: fakes.http, sockets: UnreachableSockets(), byteStreams: UnreachableStreams(),
        datagrams: fakes.datagrams, folder: "/nowhere",
        store: FakeStore(), graph: graph)
    }
  }

  func probe(_ id: NodeID) -> Probe { probes[id] ?? Probe() }

  /// - Parameter links: `a.port->b.port`.
  func start(links: [String]) async {
    var document = RoutesDocument()
    document.nodes = ["source", "left", "right"].map { id in
      onWorker.contains(id) ? WorkerProbe.plan(id, probe(id)) : PlainProbe.plan(id, probe(id))
    }
    document.links = links.map { text in
      let ends = text.split(separator: ">").map { $0.split(separator: "-")[0].split(separator: ".").map(String.init) }
      return PlannedLink(
        from: PortReference(node: ends[0][0], port: ends[0][1]), to: PortReference(node: ends[1][0], port: ends[1][1]),
        kind: ends[0][1] == "audio" ? .audio : .event)
    }
    await graph.start(document)
  }

  func open(from node: NodeID) async -> StreamID {
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    return await graph.open(StreamOffer(format: format, peer: "test", label: "test"), from: node, on: loop)
  }

  /// - Returns: nil when the stream is not open.
  @discardableResult
  func push(_ id: StreamID, _ samples: [Int16]) async -> Verdict? {
    let bytes = samples.pcmBytes
    return await loop.perform { loop in
      unsafe loop.source(id)?.push(Packet(bytes: bytes.span.bytes, frames: samples.count / 2, arrival: loop.time.now))
    }
  }

  /// The states once every supervisor that sleeps sleeps on.
  func settledStates() async -> [String] {
    for _ in 0..<20 { await Task.yield() }
    return await graph.snapshot().nodes.map(\.state.word)
  }

  func stop() async {
    await graph.stop()
    await loop.stop()
    await worker.stop()
  }
}

struct SilentObserver: GraphObserver {
  func changed(_ change: GraphChange) {}
}

/// A node that records what reaches it. Any thread.
final class Probe: Node {
  private struct State {
    var isMissing: Bool
    var stops = 0
    var events: [String] = []
    var waiters: [(isMet: @Sendable ([String]) -> Bool, wake: CheckedContinuation<[String], Never>)] = []
  }
  private let recording = Recording()
  private let isRefusing: Bool
  private let isEchoing: Bool
  private let state: PthreadLock<State>
  private let handle = PthreadLock<(any NodeGraph)?>(nil)

  init(isRefusing: Bool = false, isEchoing: Bool = false, isMissing: Bool = false) {
    self.isRefusing = isRefusing
    self.isEchoing = isEchoing
    state = PthreadLock(State(isMissing: isMissing))
  }

  var bytes: [UInt8] { recording.bytes }
  var gaps: [Int] { recording.gaps }
  var ends: [StreamEnd] { recording.ends }
  var stops: Int { state.withLock { $0.stops } }
  var isMissing: Bool {
    get { state.withLock { $0.isMissing } }
    set { state.withLock { $0.isMissing = newValue } }
  }

  func join(_ graph: any NodeGraph) { handle.withLock { $0 = graph } }

  /// Returns the events so far as soon as they satisfy `condition`.
  func events(until condition: @escaping @Sendable ([String]) -> Bool) async -> [String] {
    await withCheckedContinuation { wake in
      let met: [String]? = state.withLock { state in
        if condition(state.events) { return state.events }
        state.waiters.append((condition, wake))
        return nil
      }
      if let met { wake.resume(returning: met) }
    }
  }

  func prepare() async throws(NodeFailure) {
    if isMissing { throw NodeFailure(.missing, "no card") }
  }

  func stop() async { state.withLock { $0.stops += 1 } }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    if isRefusing { throw StageRefusal("not today") }
    return MadeStage(CollectStage(recording), output: request.format)
  }

  func receive(_ event: Event, on port: String) async {
    let text = "\(port) " + (event.isWithdrawn ? "withdrawn" : event.payload.json.compact)
    let (events, due) = state.withLock { state -> ([String], [CheckedContinuation<[String], Never>]) in
      state.events.append(text)
      let events = state.events
      let due = state.waiters.filter { $0.isMet(events) }.map(\.wake)
      state.waiters.removeAll { $0.isMet(events) }
      return (events, due)
    }
    for wake in due { wake.resume(returning: events) }
    if isEchoing, let graph = handle.withLock({ $0 }) { await graph.emit(event.payload, on: port, key: "") }
  }
}

/// The options of a probe: none. The node itself is set by the bench, after decoding.
struct ProbeConfig: Configuration {
  var probe: Probe?
  static let options: [Option<ProbeConfig>] = []
  static func == (a: ProbeConfig, b: ProbeConfig) -> Bool { a.probe === b.probe }
}

/// A probe's type: one audio way through, a lamp and a ping in both directions.
protocol ProbeDefinition: NodeDefinition where Config == ProbeConfig {}

extension ProbeDefinition {
  static var summary: String { "Records what reaches it." }
  static func ports(for config: ProbeConfig) -> [Port] {
    [
      .audioIn("audio", "sound"), .audioOut("audio", "sound"), .eventIn("lamp", LampEvent.self, "state"),
      .eventOut("lamp", LampEvent.self, "state"), .eventIn("ping", PingEvent.self, "occurrence"),
      .eventOut("ping", PingEvent.self, "occurrence"),
    ]
  }
  static func make(_ config: ProbeConfig, _ context: NodeContext) -> any Node {
    let probe = config.probe ?? Probe()
    probe.join(context.graph)
    return probe
  }

  static func plan(_ id: NodeID, _ probe: Probe) -> PlannedNode {
    PlannedNode(
      id: id, type: NodeType(Self.self), config: NodeConfig(Self.self, ProbeConfig(probe: probe)),
      settings: NodeSettings(), json: [:])
  }
}

enum PlainProbe: ProbeDefinition {
  static let type = "test.probe"
}

enum WorkerProbe: ProbeDefinition {
  static let type = "test.worker"
  static var traits: NodeTraits { .worker }
}
