import Support
import Testing

@testable import RouterCore

@Suite struct StateRewireTests {
  private func document(_ mark: Int = 0, source: String = "a", links: String = "\"a.lamp -> k.lamp\"") -> String {
    """
    {"nodes": {"\(source)": {"type": "stand.source"}, "k": {"type": "stand.sink", "mark": \(mark)}},
     "links": [\(links)]}
    """
  }

  /// The events the sink got, once it got so many.
  private func events(_ rig: RewireRig, _ count: Int) async -> [String] {
    for _ in 0..<10_000 where rig.book.events("k").count < count { await Task.yield() }
    return rig.book.events("k")
  }

  @Test func `a new link and a new node get the states that hold, a link that goes takes them back`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(links: ""))
    await rig.book.handle("a")?.emit(LampEvent(isOn: true), on: "lamp", key: "")
    try await rig.rewire(document())
    let on = "a.lamp {\"isOn\":true}"
    #expect(await events(rig, 1) == [on])
    try await rig.rewire(document(1))
    #expect(await events(rig, 2) == [on, on], "the successor knows nothing yet")
    try await rig.rewire(document(1, links: ""))
    #expect(await events(rig, 3) == [on, on, "a.lamp withdrawn"])
    await rig.stop()
  }

  @Test func `what a replaced source says anew is not taken back by the old one`() async throws {
    let rig = try RewireRig()
    let source = { (mark: Int) in
      """
      {"nodes": {"a": {"type": "stand.source", "mark": \(mark)}, "k": {"type": "stand.sink"}},
       "links": ["a.lamp -> k.lamp"]}
      """
    }
    try await rig.start(source(0))
    let old = try #require(rig.book.handle("a"))
    await old.emit(LampEvent(isOn: true), on: "lamp", key: "")
    try await rig.rewire(source(1))
    await rig.graph.waitForRetired()
    // The old one's state went with it.
    #expect(await events(rig, 2) == ["a.lamp {\"isOn\":true}", "a.lamp withdrawn"])
    let new = try #require(rig.book.handle("a"))
    await new.emit(LampEvent(isOn: false), on: "lamp", key: "")
    await old.withdraw(LampEvent(isOn: true), on: "lamp", key: "")
    await old.emit(LampEvent(isOn: true), on: "lamp", key: "")
    #expect(await events(rig, 3).last == "a.lamp {\"isOn\":false}")
    await new.withdraw(LampEvent(isOn: false), on: "lamp", key: "")
    #expect(await events(rig, 4).last == "a.lamp withdrawn")
    await rig.stop()
  }

  @Test func `what a new node says while it prepares is heard once, when it is part of the graph`() async throws {
    let rig = try RewireRig()
    let source = { (options: String) in
      """
      {"nodes": {"a": {"type": "stand.source", "says": true, \(options)}, "k": {"type": "stand.sink"}},
       "links": ["a.lamp -> k.lamp"]}
      """
    }
    try await rig.start("{\"nodes\": {\"k\": {\"type\": \"stand.sink\"}}}")
    let refusal = try await rig.refusal(source("\"fails\": \"blocked\""))
    #expect(refusal?.kind == .blocked)
    try await rig.rewire(source("\"mark\": 1"))
    let new = try #require(rig.book.handle("a"))
    await new.emit(LampEvent(isOn: false), on: "lamp", key: "")
    #expect(await events(rig, 2) == ["a.lamp {\"isOn\":true}", "a.lamp {\"isOn\":false}"])
    await rig.stop()
  }

  @Test func `a renamed source's state holds under its new name`() async throws {
    let rig = try RewireRig()
    try await rig.start(document())
    await rig.book.handle("a")?.emit(LampEvent(isOn: true), on: "lamp", key: "")
    _ = await events(rig, 1)
    try await rig.rewire(document(source: "z", links: "\"z.lamp -> k.lamp\""))
    #expect(
      await events(rig, 3) == ["a.lamp {\"isOn\":true}", "a.lamp withdrawn", "z.lamp {\"isOn\":true}"])
    await rig.book.handle("a")?.emit(LampEvent(isOn: false), on: "lamp", key: "")
    #expect(await events(rig, 4).last == "z.lamp {\"isOn\":false}")
    await rig.stop()
  }
}
