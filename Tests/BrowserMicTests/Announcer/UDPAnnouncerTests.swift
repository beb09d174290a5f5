import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct UDPAnnouncerTests {
  /// A machine in two networks that keeps what is sent.
  private final class Wire: Sendable {
    struct Sent: Sendable {
      var json: JSON
      var host: String
      var port: Int
    }
    private struct State {
      var sent: [Sent] = []
      var waiters: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }
    private let state = PthreadLock(State())
    let problem: String?

    init(problem: String? = nil) { self.problem = problem }

    var sent: [Sent] { state.withLock { $0.sent } }

    /// Returns once so many were sent.
    func wait(for count: Int) async {
      await withCheckedContinuation { wake in
        let isMet = state.withLock { state in
          if state.sent.count >= count { return true }
          state.waiters.append((count, wake))
          return false
        }
        if isMet { wake.resume() }
      }
    }

    private func take(_ sent: Sent) {
      let due = state.withLock { state in
        state.sent.append(sent)
        let count = state.sent.count
        let due = state.waiters.filter { $0.count <= count }.map(\.wake)
        state.waiters.removeAll { $0.count <= count }
        return due
      }
      for wake in due { wake.resume() }
    }

    var network: AnnouncerNetwork {
      AnnouncerNetwork(
        networks: {
          [
            AnnouncedNetwork(address: "10.0.0.7", broadcast: "10.0.0.255"),
            AnnouncedNetwork(address: "192.168.1.7", broadcast: "192.168.1.255"),
          ]
        },
        send: { bytes, host, port in
          self.take(Sent(json: (try? JSON(strict: bytes)) ?? .null, host: host, port: port))
          return self.problem
        })
    }
  }

  private static let stream = ServiceEvent(
    instance: "Kitchen", type: "_pimic-audio._tcp", port: 420, txt: [("stream", "1"), ("codec", "pcm")])

  @Test func `one copy per network at once, every 30 s, soon after changes, and a goodbye`() async throws {
    let host = try FakeHost()
    let wire = Wire()
    let node = UDPAnnouncerNode(config: .init(), context: host.context, network: wire.network)
    try await node.prepare()
    let running = Task { try await node.run() }
    await host.time.waitForSleepers()
    #expect(wire.sent.map(\.host) == ["10.0.0.255", "192.168.1.255"] && wire.sent.allSatisfy { $0.port == 6970 })
    #expect(wire.sent.map { $0.json["url"] } == ["http://10.0.0.7:6969", "http://192.168.1.7:6969"])

    // Two changes at once are told once, a second behind what was told before.
    await node.receive(Event(source: "tcp.service", payload: Self.stream, key: "1"), on: "service")
    await node.receive(Event(source: "tcp.service", payload: Self.stream, key: "2"), on: "service")
    await host.time.waitForSleepers(3)
    host.time.advance(by: .milliseconds(999))
    #expect(wire.sent.count == 2)
    host.time.advance(by: .milliseconds(1))
    await wire.wait(for: 4)
    #expect(wire.sent.last?.json["active_streams"] == 1)

    // `run` wakes at 30 s, and finds that it is 29 since the change was told.
    host.time.advance(by: .seconds(29))
    await host.time.waitForSleepers()
    #expect(wire.sent.count == 4)
    host.time.advance(by: .seconds(1))
    await wire.wait(for: 6)

    running.cancel()
    _ = try? await running.value
    await node.stop()
    #expect(wire.sent.count == 8 && wire.sent.suffix(2).allSatisfy { $0.json["bye"] == true })
    #expect(Set(wire.sent.compactMap { $0.json["id"]?.text }).count == 1)
    await host.stop()
  }

  @Test func `a network that takes nothing is told once in the log and counted each time`() async throws {
    let host = try FakeHost()
    let wire = Wire(problem: "network is down")
    let node = UDPAnnouncerNode(config: .init(), context: host.context, network: wire.network)
    try await node.prepare()
    let running = Task { try await node.run() }
    await host.time.waitForSleepers()
    running.cancel()
    _ = try? await running.value
    await node.stop()
    #expect(wire.sent.count == 4)
    #expect(host.log.lines.count { $0.message.contains("not announced everywhere") } == 1)
    await host.stop()
  }

  @Test func `the schedule by the clock`() {
    var schedule = AnnouncementSchedule(interval: .seconds(30))
    let start = Instant(nanoseconds: 5_000_000_000)
    var announced: [Int] = []
    func look(_ milliseconds: Int) {
      if schedule.take(at: start + .milliseconds(Int64(milliseconds))) { announced.append(milliseconds) }
    }
    #expect(schedule.next == nil)
    look(0)
    look(29_000)
    #expect(schedule.next == start + .seconds(30))
    schedule.change()
    #expect(schedule.next == start + .seconds(1))
    // As late as it is, it is told now.
    look(29_500)
    schedule.change()
    look(30_499)
    look(30_500)
    #expect(schedule.next == start + .milliseconds(60_500))
    look(60_499)
    look(60_500)
    #expect(announced == [0, 29_500, 30_500, 60_500])
  }
}
