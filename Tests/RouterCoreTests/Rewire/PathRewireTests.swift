import Support
import Testing

@testable import RouterCore

@Suite struct PathRewireTests {
  private func nodes(_ more: String) -> String {
    """
    "nodes": {"a": {"type": "stand.source"}, "k": {"type": "stand.sink"}\(more.isEmpty ? "" : ", \(more)")}
    """
  }
  private func document(_ more: String = "", links: String) -> String { "{\(nodes(more)), \"links\": [\(links)]}" }
  private func ramp(_ frames: Int) -> [Int16] { (0..<frames).map { Int16(truncatingIfNeeded: $0) } }

  @Test(arguments: [0, 5, 20]) func `a swapped transform on a live path loses and repeats no frame`(
    crossfadeMs: Int
  ) async throws {
    let rig = try RewireRig()
    func swapped(_ kind: String) -> String { document("\"g\": {\(kind)}", links: "\"a -> g -> k\"") }
    try await rig.start(swapped("\"type\": \"gain\""))
    let stream = await rig.open(from: "a")
    await stream.push(960)
    let kinds = ["\"type\": \"meter\"", "\"type\": \"delay\", \"delayMs\": 0", "\"type\": \"gain\""]
    for round in 0..<30 {
      let plan = try await rig.rewire(swapped(kinds[round % 3]), crossfade: .milliseconds(crossfadeMs))
      #expect(plan.replaced == ["g"] && plan.kept == ["a", "k"])
      for _ in 0..<round % 4 { await stream.push(round.isMultiple(of: 2) ? 960 : 100) }
      if round.isMultiple(of: 5) { await rig.clearOverlaps() }
    }
    await stream.push(1920)
    await rig.graph.close(stream.id, .closed)
    #expect(rig.book.paths("k").count == 1, "the sink kept its stage")
    #expect(rig.book.paths("k").first?.int16 == ramp(stream.frames))
    #expect(rig.book.paths("k").first?.ends == [.closed])
    await rig.stop()
  }

  @Test func `a transform is put in and taken out without a seam in equal sound`() async throws {
    let rig = try RewireRig()
    let plain = document("\"g\": {\"type\": \"gain\"}", links: "\"a -> k\"")
    let long = document("\"g\": {\"type\": \"gain\"}", links: "\"a -> g -> k\"")
    try await rig.start(plain)
    let stream = await rig.open(from: "a")
    for round in 0..<20 {
      await stream.push(480)
      try await rig.rewire(round.isMultiple(of: 2) ? long : plain)
      if round.isMultiple(of: 3) { await rig.clearOverlaps() }
    }
    await stream.push(960)
    #expect(rig.book.paths("k").count == 1)
    #expect(rig.book.paths("k").first?.int16 == ramp(stream.frames))
    let links = await rig.graph.snapshot().traffic
    #expect(links["a.audio->k.audio"]?.frames ?? 0 > 0)
    await rig.stop()
  }

  @Test func `a louder successor fades in along a straight line, frame for frame`() async throws {
    let rig = try RewireRig()
    func muted(_ isMuted: Bool) -> String {
      // A delay of 0 ms is another type, so the transform is replaced and not updated.
      document(
        isMuted ? "\"g\": {\"type\": \"gain\", \"mute\": true}" : "\"g\": {\"type\": \"delay\", \"delayMs\": 0}",
        links: "\"a -> g -> k\"")
    }
    try await rig.start(muted(true))
    let stream = await rig.open(from: "a", sample: .float32)
    await stream.push(480)
    try await rig.rewire(muted(false), crossfade: .milliseconds(10))
    await stream.push(960)
    let heard = try #require(rig.book.paths("k").first?.float)
    #expect(heard.count == 1440, "as many frames as were sent")
    #expect(heard[..<480].allSatisfy { $0 == 0 })
    for index in [0, 1, 240, 479] {
      let sent = Float(480 + index) / 32_768
      let expected = sent * (2 * Float(index) + 1) / 960
      #expect(abs(heard[480 + index] - expected) < 1e-6, "frame \(index) of the fade")
    }
    #expect(heard[960] == Float(960) / 32_768, "the new way alone")
    await rig.stop()
  }

  @Test func `the tail of a transform with memory is heard before its successor`() async throws {
    let rig = try RewireRig()
    let late = document("\"g\": {\"type\": \"delay\", \"delayMs\": 10}", links: "\"a -> g -> k\"")
    try await rig.start(late)
    let stream = await rig.open(from: "a")
    await stream.push(960)
    try await rig.rewire(document("\"g\": {\"type\": \"gain\"}", links: "\"a -> g -> k\""))
    await stream.push(960)
    let heard = try #require(rig.book.paths("k").first?.int16)
    // 480 frames of silence went in front; the overlap of 240 is heard once.
    #expect(heard.count == 1920 + 480)
    #expect(Array(heard[480..<1440]) == ramp(960))
    #expect(Array(heard[1440 + 240 + 240..<2400]) == Array(ramp(1920)[1440...]))
    await rig.stop()
  }

  @Test func `encoded and heavy ways change from one packet to the next, in order`() async throws {
    let rig = try RewireRig()
    func heavy(_ mark: Int) -> String {
      document("\"h\": {\"type\": \"stand.heavy\", \"mark\": \(mark)}", links: "\"a -> h -> k\"")
    }
    try await rig.start(heavy(0))
    let stream = await rig.open(from: "a")
    for mark in 1...20 {
      await stream.push(960)
      try await rig.rewire(heavy(mark))
    }
    await stream.push(960)
    await rig.graph.close(stream.id, .closed)
    #expect(rig.book.paths("k").count == 1, "the sink on the worker kept its stage")
    #expect(rig.book.paths("k").first?.int16 == ramp(stream.frames))
    await rig.stop()
  }

  @Test func `a sink that is taken off ends, one that is put on begins, the other plays on`() async throws {
    let rig = try RewireRig()
    let both = "\"b\": {\"type\": \"stand.sink\"}"
    try await rig.start(document(both, links: "\"a -> k\""))
    let stream = await rig.open(from: "a")
    await stream.push(100)
    try await rig.rewire(document(both, links: "\"a -> k\", \"a -> b\""))
    await stream.push(100)
    try await rig.rewire(document(both, links: "\"a -> b\""))
    await stream.push(100)
    #expect(rig.book.paths("k").map(\.int16) == [ramp(200)])
    #expect(rig.book.paths("k").first?.ends == [.disconnected])
    #expect(rig.book.paths("b").map(\.int16) == [Array(ramp(300)[100...])])
    #expect(rig.book.stops("k") == 0, "the node itself is still there")
    let snapshot = await rig.graph.snapshot()
    #expect(snapshot.streams.first?.path == ["a", "b"])
    await rig.stop()
  }

  @Test func `a rename keeps the source, its stream and every stage`() async throws {
    let rig = try RewireRig()
    try await rig.start(document(links: "\"a -> k\""))
    let stream = await rig.open(from: "a")
    await stream.push(100)
    let plan = try await rig.rewire(
      """
      {"nodes": {"z": {"type": "stand.source"}, "k": {"type": "stand.sink", "label": "Kitchen"}}, "links": ["z -> k"]}
      """)
    #expect(plan.renamed == ["a": "z"] && plan.added.isEmpty && plan.removed.isEmpty && plan.replaced.isEmpty)
    await stream.push(100)
    #expect(rig.book.paths("k").map(\.int16) == [ramp(200)])
    #expect(rig.book.stops("a") == 0 && rig.book.stops("k") == 0)
    let snapshot = await rig.graph.snapshot()
    #expect(snapshot.nodes.map(\.plan.id) == ["z", "k"])
    #expect(snapshot.streams.first?.path == ["z", "k"])
    #expect(snapshot.traffic["z.audio->k.audio"]?.frames == 100)
    await rig.stop()
  }
}
