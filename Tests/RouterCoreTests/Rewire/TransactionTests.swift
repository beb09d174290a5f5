import Support
import Testing

@testable import RouterCore

@Suite struct TransactionTests {
  private func document(_ nodes: String, links: String = "") -> String {
    """
    {"nodes": {"a": {"type": "stand.source"}, "k": {"type": "stand.sink"}\(nodes.isEmpty ? "" : ", \(nodes)")},
     "links": ["a -> k"\(links.isEmpty ? "" : ", \(links)")]}
    """
  }
  private func sink(_ id: String, _ options: String) -> String { "\"\(id)\": {\"type\": \"stand.sink\", \(options)}" }

  @Test(arguments: [("blocked", RewireRefusal.Kind.blocked), ("broken", .failed)])
  func `a new node that cannot prepare refuses all of the change`(how: String, kind: RewireRefusal.Kind) async throws {
    let rig = try RewireRig()
    try await rig.start(document(""))
    let stream = await rig.open(from: "a")
    await stream.push(100)
    let before = await rig.graph.snapshot()
    let refusal = try await rig.refusal(
      document("\(sink("b", "\"fails\": \"\(how)\"")), \(sink("c", "\"mark\": 1"))", links: "\"a -> b\", \"a -> c\""))
    #expect(refusal?.kind == kind)
    #expect(refusal?.problems.map(\.path) == ["nodes.b"] && refusal?.problems.first?.pointer == "/nodes/b")
    await stream.push(100)
    let after = await rig.graph.snapshot()
    #expect(after.nodes.map(\.plan.id) == before.nodes.map(\.plan.id) && after.links == before.links)
    #expect(rig.book.stops("c") == 1, "what had prepared gave everything back")
    #expect(rig.registry.values(of: "c") == [:], "nor are there numbers of what never was")
    #expect(rig.book.paths("k").first?.int16.count == 200 && rig.book.paths("c").isEmpty)
    await rig.stop()
  }

  @Test func `a new node may miss its device, the successor of a running one may not unless forced`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(sink("b", "\"mark\": 0")))
    let added = try await rig.rewire(
      document("\(sink("b", "\"mark\": 0")), \(sink("c", "\"fails\": \"missing\""))"))
    #expect(added.added == ["c"])
    let missing = document("\(sink("b", "\"fails\": \"missing\"")), \(sink("c", "\"fails\": \"missing\""))")
    let refusal = try await rig.refusal(missing)
    #expect(refusal?.kind == .wouldWait && refusal?.problems.first?.hint == "plug it in")
    var states = await rig.graph.snapshot().nodes.map(\.state.word)
    #expect(states == ["running", "running", "running", "waiting"])
    let forced = try await rig.refusal(missing, isForced: true)
    #expect(forced == nil)
    states = await rig.graph.snapshot().nodes.map(\.state.word)
    #expect(states == ["running", "running", "waiting", "waiting"])
    await rig.stop()
  }

  @Test func `a node that is not ready in time refuses the change`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(""))
    async let refused = rig.refusal(document(sink("b", "\"fails\": \"never\"")))
    await rig.host.time.waitForSleepers(3)
    rig.host.time.advance(by: .seconds(5))
    let refusal = try await refused
    #expect(refusal?.kind == .failed)
    #expect(refusal?.problems.first?.message == "was not ready within 5 s")
    await rig.stop()
  }

  @Test func `what only one can hold is handed over, and taken up again when the change is refused`() async throws {
    let rig = try RewireRig()
    let old = sink("old", "\"device\": \"hw:0\"")
    try await rig.start(document(old))
    let refusal = try await rig.refusal(document(sink("new", "\"device\": \"hw:0\", \"fails\": \"blocked\"")))
    #expect(refusal?.problems.first?.path == "nodes.new")
    #expect(rig.book.prepares("old") == 2 && rig.book.stops("old") == 1, "let go, then taken up")
    #expect(await rig.graph.snapshot().nodes.map(\.state.word) == ["running", "running", "running"])
    let plan = try await rig.rewire(document(sink("new", "\"device\": \"hw:0\", \"mark\": 1")))
    #expect(plan.removed == ["old"] && plan.added == ["new"])
    #expect(rig.book.prepares("new") == 1 && rig.book.stops("old") == 2)
    await rig.stop()
  }

  @Test func `a device that is gone when its holder let go for its successor is taken up again`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(sink("b", "\"device\": \"hw:0\"")))
    let missing = document(sink("b", "\"device\": \"hw:0\", \"fails\": \"missing\""))
    let refusal = try await rig.refusal(missing)
    #expect(refusal?.kind == .wouldWait && refusal?.problems.first?.path == "nodes.b")
    #expect(rig.book.prepares("b") == 2 && rig.book.stops("b") == 1, "let go, then taken up")
    #expect(await rig.graph.snapshot().nodes.map(\.state.word) == ["running", "running", "running"])
    let forced = try await rig.refusal(missing, isForced: true)
    #expect(forced == nil)
    #expect(await rig.graph.snapshot().nodes.map(\.state.word) == ["running", "running", "waiting"])
    await rig.stop()
  }

  @Test func `what a removed node still holds is waited for by the next change that needs it`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(sink("old", "\"device\": \"hw:0\", \"lingers\": true")))
    try await rig.rewire(document(""))
    for _ in 0..<10_000 where rig.book.lingering == 0 { await Task.yield() }
    async let refused = rig.refusal(document(sink("new", "\"device\": \"hw:0\", \"mark\": 1")))
    for _ in 0..<1_000 { await Task.yield() }
    #expect(rig.book.prepares("new") == 0)
    rig.book.endLingering()
    #expect(try await refused == nil)
    #expect(rig.book.prepares("new") == 1)
    await rig.stop()
  }

  @Test func `numbers of nodes that were never switched on go with them`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(""))
    let off = sink("off", "\"disabled\": true")
    let refusal = try await rig.refusal(document("\(off), \(sink("b", "\"fails\": \"blocked\""))"))
    #expect(refusal?.kind == .blocked)
    #expect(rig.registry.values(of: "off") == [:])
    try await rig.rewire(document(off))
    #expect(rig.registry.values(of: "off") != [:])
    try await rig.rewire(document(""))
    #expect(rig.registry.values(of: "off") == [:])
    await rig.stop()
  }

  @Test func `a document that cannot be saved changes nothing`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(sink("b", "\"mark\": 0")))
    let next = try rig.document(document(sink("b", "\"mark\": 1")))
    await #expect(throws: RewireRefusal.self) {
      try await rig.graph.rewire(to: next) { () async throws(RewireRefusal) in
        throw RewireRefusal(.notSaved, [Problem(path: "", message: "the disk is full")])
      }
    }
    #expect(rig.book.prepares("b") == 2 && rig.book.stops("b") == 1, "only the successor stopped")
    let plan = try await rig.rewire(document(sink("b", "\"mark\": 1")))
    #expect(plan.replaced == ["b"])
    await rig.stop()
  }

  @Test func `a live option changes in place, and nothing is made anew`() async throws {
    let rig = try RewireRig()
    let quiet = { (gain: Int) in
      """
      {"nodes": {"a": {"type": "stand.source"}, "g": {"type": "gain", "gainDb": \(gain)}, "k": {"type": "stand.sink"}},
       "links": ["a -> g -> k"]}
      """
    }
    try await rig.start(quiet(0))
    let stream = await rig.open(from: "a")
    await stream.push(960)
    let plan = try await rig.rewire(quiet(-120))
    #expect(plan.updated == ["g"] && plan.replaced.isEmpty)
    await stream.push(1920)
    await stream.push(960)
    #expect(rig.book.paths("k").first?.int16.suffix(960).allSatisfy { $0 == 0 } == true)
    #expect(rig.book.paths("k").first?.frames == 3840)
    await rig.stop()
  }

  @Test func `a disabled node ends what it held, an enabled one begins`() async throws {
    let rig = try RewireRig()
    let disabled = { (isOff: Bool) in
      """
      {"nodes": {"a": {"type": "stand.source"}, "k": {"type": "stand.sink", "disabled": \(isOff)}}, "links": ["a -> k"]}
      """
    }
    try await rig.start(disabled(false))
    let stream = await rig.open(from: "a")
    await stream.push(10)
    try await rig.rewire(disabled(true))
    await stream.push(10)
    let plan = try await rig.rewire(disabled(false))
    #expect(plan.updated == ["k"])
    await stream.push(10)
    #expect(rig.book.paths("k").map(\.frames) == [10, 10])
    #expect(rig.book.paths("k").map(\.ends.count) == [1, 0])
    #expect(rig.book.prepares("k") == 2)
    await rig.stop()
  }

  @Test func `the streams of a removed source end, and nobody holds them`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(""))
    let stream = await rig.open(from: "a")
    await stream.push(10)
    try await rig.rewire("{\"nodes\": {\"k\": {\"type\": \"stand.sink\"}}}")
    await rig.graph.waitForRetired()
    #expect(await rig.graph.snapshot().streams.isEmpty)
    #expect(rig.book.paths("k").first?.ends == [.stopping])
    await rig.stop()
  }
}
