import Support
import Testing

@testable import RouterCore

/// Options of running nodes, from the document to the node and to what it leased.
@Suite struct LiveOptionsTests {
  @Test func `what a node leased follows its options, also what it leases later`() async throws {
    let server = FakeWebServer()
    let keeper = ListenerKeeper(server)
    var settings = ListenerSettings(listen: PeerAddress(host: "127.0.0.1", port: 0))
    let first = try await keeper.lease([], on: settings, by: "a")
    settings.allow = ["10.0.0.0/8"]
    settings.limits.connections = 3
    await keeper.update(settings)
    #expect(server.leases.map(\.listener) == [settings])
    var stale = settings
    stale.allow = ["::1"]
    _ = try await keeper.lease([], on: stale, by: "a")
    #expect(server.leases.map(\.listener) == [settings, settings])
    await first.release()
    let before = settings
    settings.allow = ["::1"]
    await keeper.update(settings)
    #expect(server.leases.map(\.listener) == [before, settings])
    #expect(server.leases.map(\.isReleased) == [true, false])
  }

  @Test func `a rewire hands live options to the node and to its leases, and asks before`() async throws {
    let bench = try LiveBench()
    await bench.start { $0.number = 1 }
    let probe = bench.probe
    try await bench.rewire { $0.number = 2 }
    #expect(probe.seen == ["probe 2", "update 2"])
    #expect(bench.fakes.web.leases.map(\.listener.allow) == [ListenerSettings.privateRanges])
    try await bench.rewire {
      $0.number = 2
      $0.listener.allow = ["10.0.0.0/8"]
    }
    #expect(bench.fakes.web.leases.map(\.listener.allow) == [["10.0.0.0/8"]])
    #expect(bench.fakes.web.leases.map(\.isReleased) == [false])
    await bench.stop()
  }

  @Test func `a node that cannot take its options refuses the rewire and keeps the old ones`() async throws {
    let bench = try LiveBench()
    await bench.start { $0.number = 1 }
    do throws(RewireRefusal) {
      try await bench.rewire { $0.number = 13 }
      Issue.record("13 was taken")
    } catch {
      #expect(error.kind == .blocked)
      #expect(error.problems.map(\.path) == ["nodes.a"] && error.problems.map(\.message) == ["13 brings bad luck"])
    }
    #expect(bench.probe.seen == ["probe 13"])
    #expect(await bench.graph.document.nodes.first?.config.json["number"] == 1)
    await bench.stop()
  }

  // MARK: Claims

  private static func plan(_ id: NodeID, _ route: String, number: Int = 1) -> PlannedNode {
    var config = LiveProbeConfig()
    config.route = route
    config.number = number
    return LiveBench.plan(id, config)
  }

  private static func difference(_ old: [PlannedNode], _ new: [PlannedNode]) -> RewirePlan {
    var (before, after) = (RoutesDocument(), RoutesDocument())
    before.nodes = old
    after.nodes = new
    return RewirePlan(from: before, to: after)
  }

  @Test func `a path that nobody else has or wants changes in place`() {
    let plan = Self.difference(
      [Self.plan("a", "/a"), Self.plan("b", "/b")], [Self.plan("a", "/c"), Self.plan("b", "/b")])
    #expect(plan.updated == ["a"] && plan.kept == ["b"] && plan.replaced.isEmpty)
  }

  @Test func `paths that pass from node to node are handed over by replacements`() {
    let swapped = Self.difference(
      [Self.plan("a", "/a"), Self.plan("b", "/b")], [Self.plan("a", "/b"), Self.plan("b", "/a")])
    #expect(swapped.replaced == ["a", "b"] && swapped.updated.isEmpty)
    let inherited = Self.difference([Self.plan("a", "/a"), Self.plan("b", "/b")], [Self.plan("a", "/b")])
    #expect(inherited.replaced == ["a"] && inherited.removed == ["b"])
    let left = Self.difference([Self.plan("a", "/a")], [Self.plan("a", "/b"), Self.plan("c", "/a")])
    #expect(left.replaced == ["a"] && left.added == ["c"])
    let untouched = Self.difference(
      [Self.plan("a", "/a"), Self.plan("b", "/b")], [Self.plan("a", "/a", number: 2), Self.plan("b", "/b")])
    #expect(untouched.updated == ["a"])
  }
}

/// A graph of one listening node whose options are live.
private final class LiveBench: Sendable {
  let fakes: FakeHost
  let graph: RunningGraph
  let probe = LiveProbe()

  init() throws {
    let fakes = try FakeHost(node: "a")
    self.fakes = fakes
    graph = RunningGraph(metrics: fakes.registry, observer: SilentObserver()) { _, _ in fakes.context }
  }

  static func plan(_ id: NodeID, _ config: LiveProbeConfig) -> PlannedNode {
    PlannedNode(
      id: id, type: NodeType(LiveProbeType.self), config: NodeConfig(LiveProbeType.self, config),
      settings: NodeSettings(), json: config.json)
  }

  private func document(_ edit: (inout LiveProbeConfig) -> Void) -> RoutesDocument {
    var config = LiveProbeConfig()
    config.probe = probe
    edit(&config)
    var document = RoutesDocument()
    document.nodes = [LiveBench.plan("a", config)]
    return document
  }

  func start(_ edit: (inout LiveProbeConfig) -> Void) async { await graph.start(document(edit)) }
  func rewire(_ edit: (inout LiveProbeConfig) -> Void) async throws(RewireRefusal) {
    try await graph.rewire(to: document(edit))
  }

  func stop() async {
    await graph.stop()
    await fakes.stop()
  }
}

/// What a live probe was told. Any thread.
private final class LiveProbe: Sendable {
  private let words = PthreadLock<[String]>([])
  var seen: [String] { words.withLock { $0 } }
  func add(_ word: String) { words.withLock { $0.append(word) } }
}

private struct LiveProbeConfig: ListeningConfiguration {
  var listener = ListenerSettings(listen: PeerAddress(host: "127.0.0.1", port: 1))
  var number = 1
  var route = "/"
  var probe = LiveProbe()

  static var options: [Option<Self>] {
    listenerOptions(defaultPort: 1) + [
      Option("number", \.number, live: true, "A number."), Option("route", \.route, live: true, "A path."),
    ]
  }
  static func == (a: Self, b: Self) -> Bool {
    a.listener == b.listener && a.number == b.number && a.route == b.route
  }
}

private enum LiveProbeType: NodeDefinition {
  static let type = "test.live"
  static let summary = "Notes what it is told."
  static func ports(for config: LiveProbeConfig) -> [Port] { [] }
  static func claims(of config: LiveProbeConfig) -> [Claim] { [.route(config.listener.listen, "GET \(config.route)")] }
  static func make(_ config: LiveProbeConfig, _ context: NodeContext) -> any Node {
    LiveProbeNode(config: config, context: context)
  }
}

private struct LiveProbeNode: LiveNode {
  let config: LiveProbeConfig
  let context: NodeContext

  func prepare() async throws(NodeFailure) {
    _ = try await context.web.lease([], on: config.listener, by: context.id)
  }

  func probe(_ config: LiveProbeConfig) async throws(NodeFailure) {
    self.config.probe.add("probe \(config.number)")
    if config.number == 13 { throw NodeFailure(.blocked, "13 brings bad luck") }
  }

  func update(to config: LiveProbeConfig) async { self.config.probe.add("update \(config.number)") }
}
