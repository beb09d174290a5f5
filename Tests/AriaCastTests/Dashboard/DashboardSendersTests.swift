import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct DashboardSendersTests {
  @Test func `a page sees who sends, how loud, and that somebody left`() async throws {
    let run = try await DashboardTests.start()
    let page = try await PageVisitor.open("/api/live", on: run.host)
    #expect(try await page.hears("senders") == [])
    let stream = try await run.host.open(run.node, format: DashboardTests.cast, label: "Anna's phone")
    let joined = try await page.hears()
    #expect(joined["senders"]?.items?.first?["condition"] == "waiting")
    #expect(joined["log"]?.items?.last?["topic"] == "joined")
    await stream.push([Int16](repeating: 16_384, count: 2 * 2_400))
    run.host.time.advance(by: .milliseconds(100))
    #expect(try await page.hears("level").items?.map { $0.double ?? 0 } == [-6, -6, -6, -6])
    for _ in 0..<9 {
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .milliseconds(100))
    }
    let sender = try #require(await page.hears("senders").items?.first)
    #expect(sender["condition"] == "sound" && sender["label"] == "Anna's phone" && sender["heard"] == true)
    #expect(sender["packets"] == 1 && sender["bufferMs"] == .null)
    await stream.close()
    for _ in 0..<10 {
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .milliseconds(100))
    }
    #expect(try await page.hears("senders") == [])
    await run.stop()
  }

  static func instant(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

  @Test(
    arguments: [
      (nil, nil, .waiting), (99.0, nil, .sound), (99, 95, .sound), (99.9, 90, .silent), (97, nil, .stalled),
      (97.1, nil, .sound), (90, 80, .stalled),
    ] as [(Double?, Double?, SenderEntry.Condition)])
  func `a sender's condition at 100 s`(last: Double?, zeroSince: Double?, condition: SenderEntry.Condition) {
    let found = SenderEntry.condition(
      last: last.map(Self.instant), zeroSince: zeroSince.map(Self.instant), at: Self.instant(100))
    #expect(found == condition)
  }

  @Test func `the log keeps the newest lines and tells each page only what is new`() {
    var log = DashboardLog()
    let now = Self.instant(1)
    for index in 0..<150 { log.add(.command, [String(repeating: "x", count: 300), String(index)], at: now) }
    #expect(log.lines.count == DashboardLog.limit)
    #expect(log.lines.first?.words[1] == "50" && log.lines.first?.words[0].count == 120)
    #expect(log.since(log.newest - 2).map(\.number) == [149, 150])
    #expect(log.since(0).count == DashboardLog.limit)
  }

  @Test func `the newest source's facts are shown, and the older one's again when it is withdrawn`() {
    var state = DashboardState()
    let now = Self.instant(1)
    _ = state.apply(DashboardTests.event(DashboardTests.metadata("old"), from: "a.m"), at: now)
    let change = state.apply(DashboardTests.event(DashboardTests.metadata("new"), from: "b.m"), at: now)
    #expect(change == [.metadata, .log] && state.metadata.title == "new")
    let same = state.apply(DashboardTests.event(DashboardTests.metadata("new"), from: "b.m"), at: now)
    #expect(same == .metadata)
    _ = state.apply(DashboardTests.event(DashboardTests.metadata("new"), withdrawn: true, from: "b.m"), at: now)
    #expect(state.metadata.title == "old")
    #expect(state.log.lines.map(\.words.first) == ["old", "new", "old"])
    let service = ServiceEvent(instance: "Kitchen", type: "_audiocast._tcp", port: 12_889, txt: [])
    #expect(state.apply(DashboardTests.event(service), at: now) == .services)
    #expect(state.speakerName == "Kitchen" && state.servicesJSON == [["name": "Kitchen", "port": 12_889]])
    #expect(state.apply(DashboardTests.event(VolumeEvent(percent: 3)), at: now) == .volume)
    #expect(state.apply(DashboardTests.event(VolumeEvent(percent: 3, isMuted: true)), at: now) == [.volume, .log])
    #expect(state.log.lines.last?.topic == .muted)
    #expect(state.apply(DashboardTests.event(TransportEvent(.next)), at: now) == .log)
  }
}
