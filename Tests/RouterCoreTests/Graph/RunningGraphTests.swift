import Support
import Testing

@testable import RouterCore

@Suite struct RunningGraphTests {
  @Test func `a packet reaches every sink of a forked path, and each link counts it`() async throws {
    let bench = try GraphBench()
    await bench.start(links: ["source.audio->left.audio", "source.audio->right.audio"])
    let id = await bench.open(from: "source")
    await bench.push(id, [1, -2, 3, -4])
    let snapshot = await bench.graph.snapshot()
    #expect(bench.probe("left").bytes == [Int16]([1, -2, 3, -4]).pcmBytes)
    #expect(bench.probe("right").bytes == bench.probe("left").bytes)
    #expect(snapshot.traffic["source.audio->left.audio"]?.frames == 2)
    #expect(snapshot.streams.map(\.path) == [["source", "left", "right"]])
    await bench.stop()
  }

  @Test func `a stream that a link cannot carry plays on the other links, and the reason is shown`() async throws {
    let bench = try GraphBench(refusing: ["right"])
    await bench.start(links: ["source.audio->left.audio", "source.audio->right.audio"])
    let id = await bench.open(from: "source")
    await bench.push(id, [5, 6])
    #expect(bench.probe("left").bytes == [Int16]([5, 6]).pcmBytes)
    #expect(bench.probe("right").bytes.isEmpty)
    let stream = try #require(await bench.graph.snapshot().streams.first)
    #expect(stream.refused == ["source.audio->right.audio": "not today"])
    await bench.stop()
  }

  @Test func `closing finishes every stage once, keeps the link's count and forgets the stream`() async throws {
    let bench = try GraphBench()
    await bench.start(links: ["source.audio->left.audio"])
    let id = await bench.open(from: "source")
    await bench.push(id, [1, 2])
    await bench.graph.close(id, .lost)
    await bench.graph.close(id, .lost)
    #expect(bench.probe("left").ends == [.lost])
    let snapshot = await bench.graph.snapshot()
    #expect(snapshot.streams.isEmpty)
    #expect(snapshot.traffic["source.audio->left.audio"]?.packets == 1)
    let verdict = await bench.push(id, [1, 2])
    #expect(verdict == nil, "there is nothing to push into")
    await bench.stop()
  }

  @Test func `levels are measured from the first look on`() async throws {
    let bench = try GraphBench()
    await bench.start(links: ["source.audio->left.audio"])
    let id = await bench.open(from: "source")
    _ = await bench.graph.levels()
    await bench.push(id, [16384, -16384])
    let level = try #require(await bench.graph.levels()["source.audio->left.audio"])
    #expect(level.peak == 0.5 && level.rms == 0.5)
    await bench.stop()
  }

  @Test func `state reaches the linked node once per change, occurrences every time`() async throws {
    let bench = try GraphBench()
    await bench.start(links: ["source.lamp->left.lamp", "source.ping->left.ping"])
    let graph = bench.graph
    let lamp = PortReference(node: "source", port: "lamp")
    for isOn in [true, true, false] { await graph.emit(LampEvent(isOn: isOn), from: lamp, key: "", isWithdrawn: false) }
    let ping = PortReference(node: "source", port: "ping")
    for _ in 0..<2 { await graph.emit(PingEvent(number: 1), from: ping, key: "", isWithdrawn: false) }
    await graph.emit(LampEvent(isOn: false), from: lamp, key: "", isWithdrawn: true)
    let events = await bench.probe("left").events(until: {
      $0.filter { $0.hasPrefix("ping") }.count == 2 && $0.contains("lamp withdrawn")
    })
    #expect(events.filter { $0.hasPrefix("lamp {\"isOn\":false") }.count == 1)
    #expect(events.filter { $0.hasPrefix("lamp") }.count <= 3, "the unchanged value was not sent again")
    await bench.stop()
  }

  @Test func `an event that goes round dies after sixteen hops`() async throws {
    let bench = try GraphBench(echoing: ["left", "right"])
    await bench.start(links: ["left.ping->right.ping", "right.ping->left.ping"])
    let port = PortReference(node: "left", port: "ping")
    await bench.graph.emit(PingEvent(number: 1), from: port, key: "", isWithdrawn: false)
    let left = await bench.probe("left").events(until: { $0.count == 8 })
    let right = await bench.probe("right").events(until: { $0.count == 8 })
    #expect(left.count + right.count == 16)
    await bench.stop()
  }

  @Test func `a node that cannot start waits, is tried again and runs when the device is there`() async throws {
    let bench = try GraphBench(missing: ["left"])
    await bench.start(links: [])
    var states = await bench.graph.snapshot().nodes.map(\.state.word)
    #expect(states == ["running", "waiting", "running"])
    bench.probe("left").isMissing = false
    for _ in 0..<100 {
      bench.time.advance(by: .milliseconds(500))
      states = await bench.settledStates()
      if states == ["running", "running", "running"] { break }
    }
    #expect(states == ["running", "running", "running"])
    #expect(bench.log.messages.filter { $0.hasPrefix("waiting: no card") }.count == 1, "said once")
    await bench.stop()
    #expect(bench.probe("left").stops == 1)
  }
}
