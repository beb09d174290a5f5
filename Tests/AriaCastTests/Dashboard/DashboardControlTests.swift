import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct DashboardControlTests {
  /// The wishes that left by the output `control`.
  static func wishes(_ run: RunningNode) -> [ControlEvent.Wish] {
    run.host.graph.events.filter { $0.port == "control" }.compactMap { ($0.payload as? ControlEvent)?.wish }
  }

  static func waitForWishes(_ run: RunningNode, _ count: Int) async -> [ControlEvent.Wish] {
    await run.host.graph.wait { _, events in events.count >= count }
    return wishes(run)
  }

  @Test func `what is pressed on the page leaves by control`() async throws {
    let run = try await DashboardTests.start()
    let page = try await PageVisitor.open("/api/live", on: run.host)
    #expect(try await page.hears("mayControl") == true)
    await page.says(#"{"action":"pause"}"#)
    await page.says(#"{"action":"seek","position_ms":61000}"#)
    await page.says(#"{"command":"volume_set","level":140}"#)
    await page.says(#"{"command":"mute","muted":true}"#)
    await page.says(#"{"command":"volume","direction":"down"}"#)
    let wishes = await Self.waitForWishes(run, 5)
    #expect(
      wishes == [
        .transport(TransportEvent(.pause)), .transport(TransportEvent(.seek, positionMs: 61_000)),
        .volume(percent: 100), .mute(true), .step(percent: -ReceiverVolume.step),
      ])
    await run.stop()
  }

  @Test(arguments: ["{", "[]", "5", #"{"action":5}"#, #"{"action":"explode"}"#, #"{"action":"seek"}"#, "{}"])
  func `what makes no sense is refused and nothing leaves`(message: String) async throws {
    let run = try await DashboardTests.start()
    let page = try await PageVisitor.open("/api/live", on: run.host)
    await page.says(message)
    #expect(try await page.hears("refused").text?.isEmpty == false)
    #expect(Self.wishes(run).isEmpty)
    await run.stop()
  }

  @Test func `with a token only those who know it may press`() async throws {
    let run = try await DashboardTests.start { $0.listener.token = "open sesame" }
    let page = try await PageVisitor.open("/api/live", on: run.host)
    #expect(try await page.hears("mayControl") == false)
    await page.says(#"{"action":"play"}"#)
    #expect(try await page.hears("refused") == "token")
    await page.says(#"{"token":"open sesam"}"#)
    #expect(try await page.hears("isWrong") == true)
    await page.says(#"{"token":"open sesame"}"#)
    #expect(try await page.hears("mayControl") == true)
    await page.says(#"{"action":"play"}"#)
    #expect(await Self.waitForWishes(run, 1) == [.transport(TransportEvent(.play))])
    let stranger = try await PageVisitor.open("/control", on: run.host)
    await stranger.says(#"{"action":"next"}"#)
    #expect(try await stranger.hears("error") == "a token is needed")
    let known = try await PageVisitor.open(
      "/control", on: run.host, fields: [("Authorization", "bearer open sesame")])
    await known.says(#"{"action":"next"}"#)
    #expect(try await known.hears("success") == true)
    await run.stop()
  }

  @Test func `the command path obeys, refuses and asks for the token`() async throws {
    let run = try await DashboardTests.start { $0.listener.token = "secret" }
    let path = "/api/command"
    let body = #"{"action":"next"}"#
    #expect(try await DashboardTests.ask(run, path, "POST", body: body).status == 401)
    let token = [(name: "token", value: "secret")]
    #expect(try await DashboardTests.ask(run, path, "POST", body: body, query: token).status == 200)
    #expect(try await DashboardTests.ask(run, path, "POST", body: "{", query: token).status == 400)
    #expect(Self.wishes(run) == [.transport(TransportEvent(.next))])
    await run.stop()
  }

  @Test func `controllers are greeted with the volume, answered, and told of changes`() async throws {
    let run = try await DashboardTests.start()
    let early = try await PageVisitor.open("/control", on: run.host)
    #expect(try await early.hears("current_volume") == -1)
    await run.node.receive(DashboardTests.event(VolumeEvent(percent: 40)), on: "volumeState")
    #expect(try await early.hears("level") == 40)
    let controller = try await PageVisitor.open("/control", on: run.host)
    #expect(try await controller.hears("current_volume") == 40)
    await controller.says(#"{"command":"volume","direction":"up"}"#)
    #expect(try await controller.hears("level") == 45)
    await controller.says(#"{"command":"play_pause"}"#)
    #expect(try await controller.hears("state") == "playing")
    await controller.says("no json")
    #expect(try await controller.hears("error") == "Invalid JSON")
    await run.stop()
  }

  @Test func `a client that floods is closed`() async throws {
    let run = try await DashboardTests.start()
    let socket = await run.host.loop.perform { loop in
      let socket = InboxSocket(TextBacklog(limit: PageSeat.backlog), said: { _ in }, left: {})
      let bytes = Array("{}".utf8)
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: true, arrival: loop.time.now)
      return (0...PageSeat.backlog).map { _ in socket.message(loan, on: loop) }
    }
    #expect(socket.dropLast().allSatisfy { $0 == .go })
    #expect(socket.last == .close(code: 1008, reason: "too many messages"))
    await run.stop()
  }

  @Test func `without a token only this machine may press`() async throws {
    let run = try await DashboardTests.start()
    let page = try await PageVisitor.open("/api/live", on: run.host, from: "192.168.1.30")
    #expect(try await page.hears()["hasToken"] == false)
    await page.says(#"{"token":""}"#)
    #expect(try await page.hears("mayControl") == false)
    await page.says(#"{"action":"play"}"#)
    #expect(try await page.hears("refused") == "token")
    let stranger = try await PageVisitor.open("/control", on: run.host, from: "192.168.1.30")
    await stranger.says(#"{"action":"next"}"#)
    #expect(try await stranger.hears("error") == "only this machine may: no token is set")
    let post = try await DashboardTests.ask(run, "/api/command", "POST", body: #"{"action":"next"}"#)
    #expect(post.status == 403)
    #expect(Self.wishes(run).isEmpty)
    await run.stop()
  }
}
