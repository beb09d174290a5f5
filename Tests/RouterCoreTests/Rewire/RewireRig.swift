import Support

@testable import RouterCore

/// A running graph of real nodes between `stand.source` and `stand.sink`, read from JSON, on a clock moved by hand.
final class RewireRig: Sendable {
  let host: FakeHost
  let worker: Loop
  let graph: RunningGraph
  let book = StandBook()
  let registry = MetricRegistry()
  let changes = ChangeList()
  private let types: Registrar

  init() throws {
    host = try FakeHost()
    worker = Loop(name: "worker", poller: try ParkingPoller())
    worker.start()
    var types = Registrar()
    try BuiltinNodes.register(with: &types)
    try types.add(StandSource.self)
    try types.add(StandSink.self)
    try types.add(StandHeavy.self)
    try types.add(LampEvent.self)
    self.types = types
    let (host, registry, book) = (host, registry, book)
    graph = RunningGraph(metrics: registry, observer: changes, workers: [worker]) { plan, graph in
      var parts = host.context
      parts = NodeContext(
        id: plan.id, label: plan.settings.label ?? plan.id, log: Log(source: plan.id, level: .debug, sink: host.log),
        metrics: NodeMetrics(registry: registry, node: plan.id), time: host.time, loop: host.loop,
        blocking: parts.blocking, web: host.web, http: host.http, sockets: UnreachableSockets(),
        byteStreams: UnreachableStreams(),
        datagrams: host.datagrams, folder: "/nowhere", store: book, graph: graph)
      return parts
    }
  }

  func document(_ text: String) throws -> RoutesDocument {
    let (document, problems) = RoutesDocument.read(Array(text.utf8), types: types, in: .none)
    guard let document else { throw Misread(problems: problems.map { $0.text(file: "") }) }
    return document
  }

  struct Misread: Error { let problems: [String] }

  func start(_ text: String) async throws { await graph.start(try document(text)) }

  @discardableResult
  func rewire(_ text: String, crossfade: Duration = .milliseconds(5), isForced: Bool = false) async throws -> RewirePlan
  {
    var options = RewireOptions()
    options.crossfade = crossfade
    options.isForced = isForced
    return try await graph.rewire(to: try document(text), options: options)
  }

  /// The refusal of a rewire that must not succeed.
  func refusal(_ text: String, isForced: Bool = false) async throws -> RewireRefusal? {
    do throws(RewireRefusal) {
      var options = RewireOptions()
      options.isForced = isForced
      try await graph.rewire(to: unthrown(text), options: options)
      return nil
    } catch {
      return error
    }
  }

  private func unthrown(_ text: String) -> RoutesDocument {
    (try? document(text)) ?? RoutesDocument()
  }

  func open(from node: NodeID, rate: Int = 48_000, sample: SampleType = .int16) async -> RampStream {
    let format = StreamFormat(sampleRate: rate, channels: 1, sample: sample)
    let offer = StreamOffer(format: format, peer: "test", label: node)
    return RampStream(id: await graph.open(offer, from: node, on: host.loop), loop: host.loop, format: format)
  }

  /// Moves the clock so far that every overlap is cleared away.
  func clearOverlaps() async { await host.advance(by: .milliseconds(200)) }

  func stop() async {
    await graph.stop()
    await host.stop()
    await worker.stop()
  }
}

/// A stream of whole numbers, one up with each frame.
final class RampStream: Sendable {
  let id: StreamID
  private let loop: Loop
  private let format: StreamFormat
  private let next = PthreadLock(0)

  init(id: StreamID, loop: Loop, format: StreamFormat) {
    self.id = id
    self.loop = loop
    self.format = format
  }

  /// Frames pushed so far.
  var frames: Int { next.withLock { $0 } }

  func push(_ frames: Int) async {
    let first = next.withLock { next in
      defer { next += frames }
      return next
    }
    let samples = (first..<first + frames).map { Int16(truncatingIfNeeded: $0) }
    let bytes = format.sample == .int16 ? samples.pcmBytes : samples.map { Float($0) / 32_768 }.pcmBytes
    let id = id
    await loop.perform { loop in
      _ = unsafe loop.source(id)?.push(Packet(bytes: bytes.span.bytes, frames: frames, arrival: loop.time.now))
    }
  }
}

/// What the stands of one rig saw, by node id. Any thread.
final class StandBook: NodeStore {
  private struct State {
    var paths: [NodeID: [Recording]] = [:]
    var lives: [NodeID: (prepared: Int, stopped: Int)] = [:]
    var events: [NodeID: [String]] = [:]
    var handles: [NodeID: any NodeGraph] = [:]
    var devices: Set<String> = []
    var lingering: [CheckedContinuation<Void, Never>] = []
  }
  private let state = PthreadLock(State())

  func value(_ key: String) async -> JSON? { nil }
  func set(_ key: String, to value: JSON) async {}

  func open(at node: NodeID) -> Recording {
    let recording = Recording()
    state.withLock { $0.paths[node, default: []].append(recording) }
    return recording
  }
  func note(_ event: String, at node: NodeID) { state.withLock { $0.events[node, default: []].append(event) } }
  func prepared(_ node: NodeID) { state.withLock { $0.lives[node, default: (0, 0)].prepared += 1 } }
  func stopped(_ node: NodeID) { state.withLock { $0.lives[node, default: (0, 0)].stopped += 1 } }
  /// - Returns: false if somebody else holds the device.
  func hold(_ device: String) -> Bool { device.isEmpty || state.withLock { $0.devices.insert(device).inserted } }
  func release(_ device: String) { state.withLock { _ = $0.devices.remove(device) } }
  func linger() async { await withCheckedContinuation { task in state.withLock { $0.lingering.append(task) } } }
  var lingering: Int { state.withLock { $0.lingering.count } }
  /// Lets those stop that linger.
  func endLingering() {
    let all = state.withLock { state in
      defer { state.lingering = [] }
      return state.lingering
    }
    for task in all { task.resume() }
  }
  func join(_ graph: any NodeGraph, as node: NodeID) { state.withLock { $0.handles[node] = graph } }

  /// Every place this node ever had, in the order they were made.
  func paths(_ node: NodeID) -> [Recording] { state.withLock { $0.paths[node] ?? [] } }
  /// Those that have not been finished.
  func live(_ node: NodeID) -> [Recording] { paths(node).filter { $0.ends.isEmpty } }
  func prepares(_ node: NodeID) -> Int { state.withLock { $0.lives[node]?.prepared ?? 0 } }
  func stops(_ node: NodeID) -> Int { state.withLock { $0.lives[node]?.stopped ?? 0 } }
  func events(_ node: NodeID) -> [String] { state.withLock { $0.events[node] ?? [] } }
  func handle(_ node: NodeID) -> (any NodeGraph)? { state.withLock { $0.handles[node] } }
}

/// Every change the graph told, in words.
final class ChangeList: GraphObserver {
  private let words = PthreadLock<[String]>([])
  var all: [String] { words.withLock { $0 } }
  func changed(_ change: GraphChange) {
    let word =
      switch change {
      case .node(let id, let state): "\(id) \(state.word)"
      case .renamed(let old, let new): "\(old) is \(new)"
      case .streamOpened(let stream): "stream of \(stream.node)"
      case .streamClosed(_, let node, let end): "stream of \(node) \(end.rawValue)"
      case .notCarried(let link, _, let reason, _): "\(link): \(reason)"
      }
    words.withLock { $0.append(word) }
  }
}
