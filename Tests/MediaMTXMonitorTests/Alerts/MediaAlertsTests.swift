import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct MediaAlertsTests {
  @Test func `each alert is told once, and all that hold as a state`() async throws {
    let host = try FakeHost()
    let (config, _) = MediaAlerts.Config.decode(["rules": [["when": "state", "isNot": "live", "forSeconds": 0]]])
    let node = MediaAlertsNode(config, host.context)
    for (second, state) in [(1.0, StreamState.live), (2, .offline), (3, .offline), (4, .live)] {
      let event = Event(source: "sum.streams", payload: streams(at: second, stream("cam", state)))
      await node.receive(event, on: "streams")
    }
    let alerts = host.graph.events.compactMap { $0.payload as? AlertEvent }
    #expect(alerts.map(\.isRaised) == [true, false])
    let active = host.graph.events.compactMap { $0.payload as? AlertsEvent }
    #expect(active.map(\.alerts.count) == [0, 1, 0])
    #expect(active[1].json.items?.first?["stream"] == "cam")
    await host.stop()
  }

  @Test func `a server that falls silent is found out by the clock`() async throws {
    let host = try FakeHost()
    let (config, _) = MediaAlerts.Config.decode(["rules": [["when": "ageSeconds", "above": 3, "forSeconds": 0]]])
    let node = MediaAlertsNode(config, host.context)
    let life = Task { try? await node.run() }
    for _ in 0..<4 {
      await host.time.waitForSleepers()
      host.time.advance(by: .seconds(1))
    }
    await host.graph.wait { _, events in events.contains { ($0.payload as? AlertEvent)?.isRaised == true } }
    life.cancel()
    await life.value
    await host.stop()
  }
}
