import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ReceiverControlTests {
  static let phone = "192.168.1.20"

  @Test func `a client is greeted with the volume and the graph is told of it`() async throws {
    let run = try await ReceiverTests.start { $0.maxVolume = 80 }
    let client = try await TextClient("/control", on: run.host)
    #expect(
      client.heard == [["status": "READY", "volume_available": true, "current_volume": 80, "muted": false]])
    #expect(await run.event("volume", VolumeEvent.self) { _ in true }?.percent == 80)
    await run.stop()
  }

  @Test func `a command goes to senders once, never back, and the answer has no action`() async throws {
    let run = try await ReceiverTests.start()
    let sender = try #require(await CastSender.knock(on: run.host, from: Self.phone).sender)
    let phone = try await TextClient("/control", on: run.host, from: Self.phone)
    let page = try await TextClient("/control", on: run.host)
    let other = try await TextClient("/control", on: run.host, from: "192.168.1.31")
    // Home Assistant says it twice in one message.
    let first = await other.ask(#"{"command":"pause","action":"pause"}"#)
    #expect(first == ["command": "pause", "success": true, "delivered": 2])
    await page.send(#"{"action":"NEXT"}"#)
    await page.wait(3)
    #expect(page.last == ["command": "next", "success": true, "delivered": 1])
    await phone.wait(3)
    #expect(phone.heard.dropFirst() == [["action": "pause"], ["action": "next"]])
    #expect(other.heard.count == 2)
    #expect(await run.event("transport", TransportEvent.self) { $0.action == .next } != nil)
    #expect(run.metric("router_ariacast_commands_total") == 2)
    _ = sender
    await run.stop()
  }

  @Test func `a phone's volume keys do not make it a controller, and its own command does not come back`() async throws
  {
    let run = try await ReceiverTests.start()
    let phone = try await TextClient("/control", on: run.host, from: Self.phone)
    #expect(await phone.ask(#"{"command":"volume_set","level":40}"#)["level"] == 40)
    let page = try await TextClient("/control", on: run.host)
    #expect(await page.ask(#"{"command":"seek","position_ms":"1500"}"#)["delivered"] == 1)
    await phone.wait(3)
    #expect(phone.last == ["action": "seek", "position_ms": 1_500])
    let before = phone.heard.count
    #expect(await phone.ask(#"{"command":"stop"}"#) == ["command": "stop", "success": true, "delivered": 0])
    #expect(phone.heard.count == before + 1)
    await run.stop()
  }

  @Test func `play_pause is what it is not now, and a toggle where nobody knows`() async throws {
    let run = try await ReceiverTests.start()
    let phone = try await TextClient("/control", on: run.host, from: Self.phone)
    let page = try await TextClient("/control", on: run.host)
    #expect(await page.ask(#"{"command":"play_pause"}"#)["state"] == nil)
    _ = try await run.call("POST", "/metadata", #"{"isPlaying":true}"#)
    #expect(await page.ask(#"{"command":"play_pause"}"#)["state"] == "paused")
    await phone.wait(3)
    #expect(phone.heard.dropFirst() == [["action": "toggle"], ["action": "pause"]])
    // Whether it really paused, the sender says.
    #expect(try await run.json("GET", "/api/metadata")["is_playing"] == true)
    await run.stop()
  }

  @Test func `volume is announced to the others, remembered and told to the graph`() async throws {
    let run = try await ReceiverTests.start { $0.maxVolume = 90 }
    let one = try await TextClient("/control", on: run.host)
    let other = try await TextClient("/control", on: run.host, from: "192.168.1.31")
    #expect(
      await one.ask(#"{"command":"volume_set","level":"96"}"#)
        == ["command": "volume_set", "level": 90, "muted": false, "success": true])
    #expect(other.heard.count == 1)
    #expect(await one.ask(#"{"command":"volume","direction":"down"}"#)["level"] == 85)
    await other.wait(2)
    #expect(other.last == ["command": "volume", "level": 85, "muted": false])
    #expect(await one.ask(#"{"command":"mute"}"#)["muted"] == true)
    #expect(await one.ask(#"{"command":"volume","direction":"get"}"#)["level"] == 85)
    #expect(await one.ask(#"{"command":"volume","value":-3}"#)["level"] == 0)
    #expect(await run.event("volume", VolumeEvent.self) { $0.percent == 0 }?.isMuted == false)
    await run.stop()
    #expect(await run.host.context.store.value("volume") == ["percent": .number(0), "isMuted": false])
    let again = try await RunningNode(
      ReceiverNode(config: .init(), context: run.host.context, host: "pi"), in: run.host)
    let client = try await TextClient("/control", on: again.host)
    #expect(client.last["current_volume"] == 0)
    await again.stop()
  }

  @Test func `a receiver nobody has turned leaves the speaker as it is`() async throws {
    let run = try await ReceiverTests.start()
    let client = try await TextClient("/control", on: run.host)
    #expect(await client.ask(#"{"command":"volume","direction":"get"}"#)["level"] == 100)
    #expect(!run.host.graph.events.contains { $0.port == "volume" })
    #expect(await client.ask(#"{"command":"volume_set","level":100}"#)["level"] == 100)
    #expect(await run.event("volume", VolumeEvent.self) { $0.percent == 100 } != nil)
    await run.stop()
  }

  @Test func `wrong messages are answered and the client stays`() async throws {
    let run = try await ReceiverTests.start()
    let client = try await TextClient("/control", on: run.host)
    for text in ["[1]", "{", "5", "{}", #"{"command":"dance"}"#] {
      let answer = await client.ask(text)
      #expect(answer["error"]?.text != nil && answer["success"] == false)
    }
    await client.send(#"{"command":"play","success":true}"#)
    #expect(await client.ask(#"{"command":"volume","direction":"get"}"#)["level"] == 100)
    #expect(client.peer.closed == nil)
    #expect(run.metric("router_ariacast_wrong_commands_total") == 5)
    await run.stop()
  }

  @Test func `a flood is answered in order while its client is not read`() async throws {
    let run = try await ReceiverTests.start()
    let client = try await TextClient("/control", on: run.host)
    var paused = 0
    for number in 0..<1_000 {
      if await client.send(#"{"command":"volume_set","level":\#(number % 101)}"#) == .pause { paused += 1 }
    }
    await client.wait(1_001)
    #expect(client.heard.dropFirst().compactMap { $0["level"]?.int } == (0..<1_000).map { $0 % 101 })
    #expect(client.peer.closed == nil && (paused == 0 || client.peer.resumed > 0))
    await run.stop()
  }

  @Test func `the command api answers as the socket does`() async throws {
    let run = try await ReceiverTests.start()
    let phone = try await TextClient("/control", on: run.host, from: Self.phone)
    #expect(
      try await run.json("POST", "/api/command", #"{"action":"seek","position_ms":5}"#)
        == ["command": "seek", "position_ms": 5, "success": true, "delivered": 1])
    await phone.wait(2)
    #expect(try await run.json("POST", "/api/command", #"{"command":"volume_set","level":20}"#)["level"] == 20)
    for wrong in ["", "[]", "{}", #"{"action":"dance"}"#, #"{"success":true}"#] {
      #expect(try await run.call("POST", "/api/command", wrong).status == 400)
    }
    let origin = [("Origin", "http://192.168.1.5:8090")]
    let preflight = try await run.call("OPTIONS", "/api/command", fields: origin)
    #expect(preflight.status == 204)
    #expect(preflight.fields["access-control-allow-origin"] == "http://192.168.1.5:8090")
    #expect(preflight.fields["access-control-allow-methods"]?.contains("POST") == true)
    await run.stop()
  }

  @Test func `a page inside the router is a controller`() async throws {
    let run = try await ReceiverTests.start()
    let phone = try await TextClient("/control", on: run.host, from: Self.phone)
    for wish in [.transport(TransportEvent(.next)), .volume(percent: 30), .step(percent: -10), .mute(true)]
      as [ControlEvent.Wish]
    {
      await run.node.receive(Event(source: "page.control", payload: ControlEvent(wish)), on: "control")
    }
    await phone.wait(5)
    #expect(phone.heard[1] == ["action": "next"])
    #expect(phone.last == ["command": "volume", "level": 20, "muted": true])
    await run.stop()
  }

  @Test func `too many clients are answered 503`() async throws {
    let run = try await ReceiverTests.start()
    var clients: [TextClient] = []
    for _ in 0..<SocketList.most { clients.append(try await TextClient("/control", on: run.host)) }
    await #expect(throws: CastSender.Missing.self) { _ = try await TextClient("/control", on: run.host) }
    await clients[0].leave()
    var isBack = false
    while !isBack { isBack = (try? await TextClient("/control", on: run.host)) != nil }
    await run.stop()
  }
}
