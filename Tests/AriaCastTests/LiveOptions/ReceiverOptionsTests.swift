import RouterCore
import Support
import Testing

@testable import AriaCast

/// Options of `ariacast.receiver` that change while a phone casts.
@Suite struct ReceiverOptionsTests {
  typealias Config = AriacastReceiver.Config
  static let elsewhere = PeerAddress(host: "127.0.0.1", port: 12_999)

  private static func change(_ option: String, of config: inout Config) {
    switch option {
    case "name": config.name = "Kitchen"
    case "discovery": config.discovery = .on(elsewhere)
    case "takeOver": config.takeOver = .newest
    case "maxVolume": config.maxVolume = 40
    case "artworkHosts": config.artworkHosts = ["i.scdn.co"]
    default: Issue.record("nobody tries the live option \(option)")
    }
  }

  /// What the world sees of an option.
  private static func face(_ option: String, of run: RunningNode) async throws -> [String] {
    switch option {
    case "name":
      let services = run.host.graph.events.compactMap { $0.payload as? ServiceEvent }
      let replies = run.host.datagrams.deliver(Array("DISCOVER_AUDIOCAST".utf8))
      return [services.last?.instance ?? ""] + replies.map { String(decoding: $0, as: UTF8.self) }
    case "discovery": return run.host.datagrams.leases.filter { !$0.isReleased }.map(\.address.description)
    case "maxVolume":
      let client = try await TextClient("/control", on: run.host)
      return [client.heard.first?.compact ?? ""]
    case "artworkHosts": return [try await "\(picture(run))"]
    default: return []
    }
  }

  private static func picture(_ run: RunningNode) async throws -> Int {
    await run.host.advance(by: ArtworkDesk.delay)
    for _ in 0..<2_000 {
      if try await run.call("GET", "/artwork").status == 200 { return 200 }
      await Task.yield()
    }
    return 404
  }

  @Test(arguments: Config.ownLiveOptions.filter { $0 != "takeOver" })
  func `each changes what the world sees, and the sender notices nothing`(option: String) async throws {
    let run = try await ReceiverTests.start()
    let node = try #require(run.node as? ReceiverNode)
    run.host.http.answer { _ throws(HTTPFailure) in
      HTTPAnswer(status: 200, fields: HTTPFields(), body: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    }
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    _ = try await run.call("POST", "/metadata", #"{"title":"x","artworkUrl":"https://i.scdn.co/image/1"}"#)
    let sound = ReceiverTests.sound(3_840 * 4)
    for place in [0, 1] { await sender.send(Array(sound[place * 3_840..<(place + 1) * 3_840])) }
    let before = try await Self.face(option, of: run)
    var config = Config()
    config.name = "Living Room"
    Self.change(option, of: &config)
    await node.update(to: config)
    let after = try await Self.face(option, of: run)
    #expect(before != after && before.count == after.count)
    for place in [2, 3] { await sender.send(Array(sound[place * 3_840..<(place + 1) * 3_840])) }
    #expect(run.host.graph.streams.count == 1)
    #expect(run.host.graph.streams.first?.recording.bytes == sound)
    #expect(sender.peer.closed == nil)
    #expect(run.host.web.leases.count == 1 && run.host.web.leases.first?.isReleased == false)
    await run.stop()
  }

  @Test func `the rule for a second sender is the one of the moment`() async throws {
    let run = try await ReceiverTests.start { $0.takeOver = .never }
    let node = try #require(run.node as? ReceiverNode)
    let first = try #require(await CastSender.knock(on: run.host).sender)
    #expect(try await CastSender.knock(on: run.host, from: "192.168.1.21").status == 403)
    var config = Config()
    Self.change("takeOver", of: &config)
    await node.update(to: config)
    #expect(try await CastSender.knock(on: run.host, from: "192.168.1.21").sender != nil)
    #expect(first.peer.closed?.code == 1000)
    await run.stop()
  }

  @Test func `a new name is offered with a cell of its own, and the same name not again`() async throws {
    let run = try await ReceiverTests.start()
    let node = try #require(run.node as? ReceiverNode)
    func services() -> [ServiceEvent] { run.host.graph.events.compactMap { $0.payload as? ServiceEvent } }
    let old = try #require(services().last)
    old.nameInForce.publish(as: "Living Room #2")
    var config = Config()
    config.name = "Küche"
    await node.update(to: config)
    let new = try #require(services().last)
    #expect(new.instance == "Küche" && new.port == old.port && new.nameInForce.current == "Küche")
    new.nameInForce.publish(as: "Küche #2")
    let reply = try #require(run.host.datagrams.deliver(Array("DISCOVER_AUDIOCAST".utf8)).first)
    #expect(String(decoding: reply, as: UTF8.self).contains(#""server_name":"Küche #2""#))
    await node.update(to: config)
    #expect(services().count == 2)
    await run.stop()
    #expect(services().map(\.instance) == ["Living Room", "Küche", "Küche"])
  }

  @Test func `controllers are told when the loudest volume is lower than what is set, and not otherwise`()
    async throws
  {
    let run = try await ReceiverTests.start()
    let node = try #require(run.node as? ReceiverNode)
    let client = try await TextClient("/control", on: run.host)
    _ = await client.ask(#"{"command":"volume_set","level":60}"#)
    var config = Config()
    config.maxVolume = 80
    await node.update(to: config)
    config.maxVolume = 30
    await node.update(to: config)
    await client.wait(3)
    #expect(client.heard.count == 3)
    #expect(client.last == ControlBoardWords.volume(30))
    #expect(await run.event("volume", VolumeEvent.self) { $0.percent == 30 } != nil)
    #expect(await client.ask(#"{"command":"volume_set","level":99}"#)["level"] == 30)
    await run.stop()
  }

  @Test func `a discovery address that is not to be had refuses the change`() async throws {
    let run = try await ReceiverTests.start()
    let node = try #require(run.node as? ReceiverNode)
    var config = Config()
    Self.change("discovery", of: &config)
    try await node.probe(config)
    #expect(run.host.datagrams.leases.map(\.isReleased) == [false, true])
    run.host.datagrams.failure = NodeFailure(.blocked, "taken")
    await #expect(throws: NodeFailure(.blocked, "taken")) { try await node.probe(config) }
    config.discovery = .off
    try await node.probe(config)
    await run.stop()
  }

  @Test func `discovery that is lost on the way is tried again each second and said once`() async throws {
    let run = try await ReceiverTests.start()
    let node = try #require(run.node as? ReceiverNode)
    run.host.datagrams.failure = NodeFailure(.blocked, "taken")
    var config = Config()
    Self.change("discovery", of: &config)
    await node.update(to: config)
    func held() -> [PeerAddress] { run.host.datagrams.leases.filter { !$0.isReleased }.map(\.address) }
    #expect(held().map(\.port) == [12_888])
    for _ in 0..<2 {
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .seconds(1))
    }
    await run.host.time.waitForSleepers(1)
    run.host.datagrams.failure = nil
    run.host.time.advance(by: .seconds(1))
    await run.host.time.waitForSleepers(1)
    #expect(held() == [Self.elsewhere])
    #expect(run.host.log.lines.filter { $0.message.contains("discovery stays") }.count == 1)
    await run.stop()
    #expect(held().isEmpty)
  }

  @Test func `a receiver that does not run takes its options all the same`() async throws {
    let host = try FakeHost(node: "phone")
    let node = ReceiverNode(config: Config(), context: host.context, host: "pi")
    var config = Config()
    for option in Config.ownLiveOptions { Self.change(option, of: &config) }
    await node.update(to: config)
    #expect(host.web.leases.isEmpty && host.datagrams.leases.isEmpty && host.graph.events.isEmpty)
    let run = try await RunningNode(node, in: host)
    #expect(host.datagrams.leases.map(\.address) == [Self.elsewhere])
    #expect(try await Self.face("name", of: run).first == "Kitchen")
    await run.stop()
  }
}

private enum ControlBoardWords {
  /// What controllers are told of a volume somebody else set.
  static func volume(_ percent: Double) -> JSON {
    let text = ControlReply.announcement(ReceiverVolume(percent: percent))
    return (try? JSON(strict: Array(text.utf8))) ?? .null
  }
}
