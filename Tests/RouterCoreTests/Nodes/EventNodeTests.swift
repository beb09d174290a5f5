import Support
import Testing

@testable import RouterCore

@Suite struct NullTests {
  @Test func `counts sound of any codec, what is missing, and events`() async throws {
    let host = try FakeHost()
    let node = NullNode(host.context.metrics)
    let mp3 = StreamFormat(codec: Codec(rawValue: "mp3"), sampleRate: 44_100, channels: 2)
    let stream = try await host.open(node, format: mp3)
    #expect(stream.output == nil)
    #expect(await stream.push([1, 2, 3] as [UInt8], frames: 1152) == .go)
    await stream.gap(frames: 5)
    await node.receive(Event(source: "a.levels", payload: sample), on: "events")
    let counts = NullCounts(host.context.metrics)
    #expect(
      [counts.packets, counts.frames, counts.bytes, counts.missing, counts.events].map(\.current) == [1, 1152, 3, 5, 1])
    await host.stop()
  }
}

@Suite struct EventLogTests {
  @Test func `every event is one line with its source, key and value`() async throws {
    let host = try FakeHost()
    let node = EventLogNode(EventLog.Config(), host.context.log)
    await node.receive(Event(source: "meter.levels", payload: sample, key: "7"), on: "events")
    await node.receive(Event(source: "meter.levels", payload: sample, isWithdrawn: true), on: "events")
    let lines = host.log.lines
    #expect(lines.map(\.message) == ["levels", "levels withdrawn"])
    #expect(lines.map(\.level) == [.info, .info])
    #expect(lines.first?.facts.map(\.0) == ["from", "value"])
    #expect(lines.first?.facts.map(\.1) == ["meter.levels [7]", sample.json.compact])
    #expect(lines.last?.facts.first?.1 == "meter.levels")
    await host.stop()
  }

  @Test func `the level is an option and may change while it runs`() async throws {
    let host = try FakeHost()
    var config = EventLog.Config()
    let node = EventLogNode(config, host.context.log)
    for level in LogLevel.allCases {
      config.level = level
      await node.update(to: config)
      await node.receive(Event(source: "a.b", payload: sample), on: "events")
    }
    #expect(host.log.lines.map(\.level) == [.debug, .info, .warning, .error])
    await host.stop()
  }
}

private let sample = LevelsEvent(stream: 7, label: "phone", peakDb: [-1], rmsDb: [-2])
