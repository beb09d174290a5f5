import Support
import Testing

@testable import RouterCore

@Suite struct MeterTests {
  private let format = StreamFormat(sampleRate: 48_000, channels: 3)

  /// Runs `body` beside the running node.
  private func run(
    _ config: RouterCore.Meter.Config = RouterCore.Meter.Config(), _ body: (FakeHost, MeterNode) async throws -> Void
  ) async throws {
    let host = try FakeHost()
    let node = MeterNode(config, host.context)
    let task = Task { try await node.run() }
    try await body(host, node)
    task.cancel()
    _ = await task.result
    await node.stop()
    await host.stop()
  }

  private func levels(_ host: FakeHost) -> [LevelsEvent] {
    host.graph.events.compactMap { $0.payload as? LevelsEvent }
  }

  @Test func `peak and RMS are measured per channel and the sound passes bit for bit`() async throws {
    try await run { host, node in
      let stream = try await host.open(node, format: format, label: "phone")
      let loud = (0..<4800).flatMap { frame in [frame % 2 == 0 ? 16_384 : -16_384, 0, -32_768] as [Int16] }
      await stream.push(loud)
      #expect(stream.recording.int16 == loud)
      await host.time.waitForSleepers()
      host.time.advance(by: .milliseconds(100))
      await host.graph.wait { _, events in events.count == 1 }
      #expect(
        levels(host) == [
          LevelsEvent(stream: stream.id, label: "phone", peakDb: [-6, -120, 0], rmsDb: [-6, -120, 0])
        ])
    }
  }

  @Test func `another interval counts from the next event on`() async throws {
    #expect(RouterCore.Meter.Config.options.filter(\.isLive).map(\.name) == ["intervalMs"])
    try await run { host, node in
      let stream = try await host.open(node, format: format)
      var slow = RouterCore.Meter.Config()
      slow.intervalMs = 1000
      await host.time.waitForSleepers()
      await node.update(to: slow)
      host.time.advance(by: .milliseconds(100))
      await host.time.waitForSleepers()
      for _ in 0..<60 { await stream.push([Int16](repeating: 1000, count: 3 * 960)) }
      host.time.advance(by: .milliseconds(900))
      await host.time.waitForSleepers()
      #expect(levels(host).isEmpty)
      host.time.advance(by: .milliseconds(100))
      await host.graph.wait { _, events in events.count == 1 }
    }
  }

  @Test func `at most one event an interval, none without something new, and one withdrawal`() async throws {
    try await run { host, node in
      let stream = try await host.open(node, format: format)
      await host.time.waitForSleepers()
      for interval in 1...5 {
        // Two measurements, of which the second is the newer.
        for _ in 0..<10 { await stream.push([Int16](repeating: 1000, count: 3 * 960)) }
        host.time.advance(by: .milliseconds(100))
        await host.time.waitForSleepers()
        #expect(host.graph.events.count == interval)
      }
      for _ in 0..<5 {
        host.time.advance(by: .milliseconds(100))
        await host.time.waitForSleepers()
      }
      #expect(host.graph.events.count == 5)
      await stream.close()
      host.time.advance(by: .milliseconds(100))
      await host.graph.wait { _, events in events.contains { $0.isWithdrawn } }
      #expect(host.graph.events.last?.key == "\(stream.id)")
    }
  }

  @Test func `the same stream by two ways has two keys`() async throws {
    let host = try FakeHost()
    let node = MeterNode(RouterCore.Meter.Config(), host.context)
    let offer = StreamOffer(format: format, peer: "", label: "")
    let request = StageRequest(
      stream: 9, port: "audio", format: format, offer: offer, origin: "source", loop: host.loop)
    let first = StageBench(try await node.makeStage(for: request).stage, format: format)
    let second = StageBench(try await node.makeStage(for: request).stage, format: format)
    for bench in [first, second] { bench.push([Int16](repeating: 1, count: 3 * 4800)) }
    let task = Task { try await node.run() }
    await host.graph.wait { _, events in events.count == 2 }
    #expect(Set(host.graph.events.map(\.key)) == ["9", "9/2"])
    task.cancel()
    _ = await task.result
    await node.stop()
    #expect(host.graph.events.filter(\.isWithdrawn).count == 2)
    await host.stop()
  }

  @Test func `floats beyond full scale, infinities and not-a-number make readable levels`() {
    let reading = MeterReading(stream: 1, label: "", key: "1", channels: 4)
    let float = StreamFormat(sampleRate: 1000, channels: 4, sample: .float32)
    let bench = StageBench(MeterStage(float, reading, MeterInterval(milliseconds: 50)), format: float)
    bench.push([Float]((0..<50).flatMap { _ in [2, .infinity, .nan, 1e-9] }))
    #expect(reading.measurements == 1)
    #expect(reading.event.peakDb == [6, 120, -120, -120])
    #expect(reading.event.rmsDb == [6, 120, -120, -120])
    #expect(!reading.isOver)
    bench.finish()
    #expect(reading.isOver)
  }

  @Test func `a stage that never finished ends its reading when it goes`() {
    let reading = MeterReading(stream: 1, label: "", key: "1", channels: 3)
    do { _ = MeterStage(format, reading, MeterInterval(milliseconds: 50)) }
    #expect(reading.isOver)
  }
}
