import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ReceiverTests {
  static func start(
    _ edit: (inout AriacastReceiver.Config) -> Void = { _ in }, name: String = "Living Room"
  ) async throws -> RunningNode {
    var config = AriacastReceiver.Config()
    config.name = name
    edit(&config)
    let host = try FakeHost(node: "phone")
    return try await RunningNode(ReceiverNode(config: config, context: host.context, host: "pi"), in: host)
  }

  static func sound(_ bytes: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return FramingTests.noise(bytes, &random)
  }

  @Test func `a sender is greeted with the handshake and its sound reaches the stream unchanged`() async throws {
    let run = try await Self.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    #expect(sender.acceptance.greeting == [.text(Handshake.ready)])
    #expect(sender.acceptance.pingEvery == nil)
    #expect(sender.acceptance.messageLimit == 65_536)
    let sound = Self.sound(3_840 * 3 + 800)
    #expect(await sender.send(Array(sound[..<3_840])) == .go)
    #expect(await sender.send(Array(sound[3_840..<4_000])) == .go)
    #expect(await sender.send(Array(sound[4_000...])) == .go)
    await sender.leave()
    await run.host.graph.wait { streams, _ in streams.first?.end != nil }
    let stream = try #require(run.host.graph.streams.first)
    #expect(stream.offer.format == StreamFormat(sampleRate: 48_000, channels: 2))
    #expect(stream.offer.peer == "192.168.1.20:50000" && stream.offer.label == "192.168.1.20")
    #expect(stream.recording.bytes == sound)
    #expect(stream.recording.packets.map(\.sequence) == [0, 1, 2, 3])
    #expect(stream.recording.packets.map(\.frames) == [960, 960, 960, 200])
    #expect(stream.recording.packets.allSatisfy { $0.missing == 0 && $0.arrival == run.host.time.now })
    #expect(stream.end == .closed)
    #expect(run.metric("router_ariacast_unusual_sizes_total") == 2)
    await run.stop()
  }

  @Test func `odd lengths, texts and empty messages are counted and never close`() async throws {
    let run = try await Self.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    for count in [1, 2, 3, 3_841, 3_839] { #expect(await sender.send([UInt8](repeating: 1, count: count)) == .go) }
    #expect(await sender.send(Array("hello".utf8), isText: true) == .go)
    #expect(await sender.send([]) == .go)
    #expect(await sender.send(Self.sound(3_840)) == .go)
    #expect(run.host.graph.streams.first?.recording.bytes == Self.sound(3_840))
    #expect(run.metric("router_ariacast_dropped_total", reason: "odd-length") == 5)
    #expect(run.metric("router_ariacast_dropped_total", reason: "text") == 1)
    #expect(run.metric("router_ariacast_messages_total") == 1)
    await run.stop()
  }

  @Test func `a second sender is answered 403 until the first was quiet for three seconds`() async throws {
    let run = try await Self.start()
    let first = try #require(await CastSender.knock(on: run.host).sender)
    await first.send(Self.sound(3_840))
    run.host.time.advance(by: .milliseconds(2_900))
    await first.send(Self.sound(3_840))
    run.host.time.advance(by: .milliseconds(2_900))
    #expect(try await CastSender.knock(on: run.host, from: "192.168.1.21").status == 403)
    #expect(run.metric("router_ariacast_refused_total") == 1)
    run.host.time.advance(by: .milliseconds(100))
    let second = try #require(await CastSender.knock(on: run.host, from: "192.168.1.21").sender)
    #expect(first.peer.closed?.code == 1000)
    #expect(first.peer.closed?.reason == "superseded")
    #expect(run.host.graph.streams.map(\.end) == [.superseded, nil])
    // What the first still sends is not heard, and ends its connection.
    #expect(await first.send(Self.sound(3_840)) == .close(code: 1000, reason: "disconnected"))
    await first.leave(code: 1000)
    #expect(await second.send(Self.sound(3_840, 2)) == .go)
    #expect(run.host.graph.streams.last?.recording.bytes == Self.sound(3_840, 2))
    #expect(run.metric("router_ariacast_senders") == 1)
    await run.stop()
    #expect(run.host.graph.streams.map(\.end) == [.superseded, .stopping])
  }

  @Test func `the same address takes its place again at once`() async throws {
    let run = try await Self.start()
    let first = try #require(await CastSender.knock(on: run.host).sender)
    await first.send(Self.sound(3_840))
    #expect(try await CastSender.knock(on: run.host).sender != nil)
    #expect(run.host.graph.streams.map(\.end) == [.superseded, nil])
    await run.stop()
  }

  @Test func `a sender that broke off frees the receiver and its stream is lost`() async throws {
    let run = try await Self.start()
    let first = try #require(await CastSender.knock(on: run.host).sender)
    await first.send(Self.sound(3_840))
    await first.leave(code: 1006)
    await run.host.graph.wait { streams, _ in streams.first?.end != nil }
    #expect(run.host.graph.streams.first?.end == .lost)
    #expect(try await CastSender.knock(on: run.host, from: "10.0.0.1").sender != nil)
    await run.stop()
  }

  @Test func `a sender let in whose connection never stands is given up`() async throws {
    let run = try await Self.start { $0.takeOver = .never }
    let ghost = try #require(await CastSender.knock(on: run.host, attach: false).sender)
    for _ in 0..<11 {
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .seconds(1))
    }
    await run.host.graph.wait { streams, _ in streams.first?.end == .lost }
    #expect(try await CastSender.knock(on: run.host, from: "10.0.0.1").sender != nil)
    await ghost.attach()
    #expect(ghost.peer.closed?.code == 1001)
    await run.stop()
  }

  @Test func `the subprotocol a client offers is echoed`() async throws {
    let run = try await Self.start()
    let fields = [("Sec-WebSocket-Protocol", "arduino, other"), ("Origin", "file://")]
    let sender = try #require(await CastSender.knock(on: run.host, fields: fields).sender)
    #expect(sender.acceptance.subprotocol == "arduino")
    await run.stop()
  }

  @Test func `the service is known while the receiver runs, with the port really bound`() async throws {
    let run = try await Self.start { $0.listener.listen.port = 0 }
    await run.host.graph.wait { _, events in !events.isEmpty }
    let service = try #require(run.host.graph.events.first?.payload as? ServiceEvent)
    #expect(service.instance == "Living Room")
    #expect(service.port == run.host.web.leases.first?.address.port)
    await run.stop()
    #expect(run.host.graph.events.filter { $0.port == "service" }.map(\.isWithdrawn) == [false, true])
    #expect(run.host.web.leases.allSatisfy(\.isReleased) && run.host.datagrams.leases.allSatisfy(\.isReleased))
  }

  @Test func `a receiver without a name is called after the machine and the node`() async throws {
    let run = try await Self.start(name: "")
    let replies = run.host.datagrams.deliver(Array("DISCOVER_AUDIOCAST".utf8))
    #expect(replies.map { String(decoding: $0, as: UTF8.self).contains("\"server_name\":\"pi phone\"") } == [true])
    await run.stop()
    #expect(run.host.datagrams.deliver(Array("DISCOVER_AUDIOCAST".utf8)).isEmpty)
  }

  @Test func `discovery answers with the name in force`() async throws {
    let run = try await Self.start()
    await run.host.graph.wait { _, events in !events.isEmpty }
    let service = try #require(run.host.graph.events.first?.payload as? ServiceEvent)
    func name() -> [String] {
      run.host.datagrams.deliver(Array("DISCOVER_AUDIOCAST".utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(name().allSatisfy { $0.contains("\"server_name\":\"Living Room\"") })
    service.nameInForce.publish(as: "Living Room #2")
    #expect(name().count == 1)
    #expect(name().allSatisfy { $0.contains("\"server_name\":\"Living Room #2\"") })
    service.nameInForce.withdraw()
    #expect(name().allSatisfy { $0.contains("\"server_name\":\"Living Room\"") })
    await run.stop()
  }

  @Test func `without discovery no datagram socket is taken`() async throws {
    let run = try await Self.start { $0.discovery = .off }
    #expect(run.host.datagrams.leases.isEmpty)
    await run.stop()
  }

  @Test func `a taken discovery port gives the listener back`() async throws {
    let host = try FakeHost(node: "phone")
    host.datagrams.failure = NodeFailure(.blocked, "taken")
    let node = ReceiverNode(config: .init(), context: host.context, host: "pi")
    await #expect(throws: NodeFailure(.blocked, "taken")) { try await node.prepare() }
    #expect(host.web.leases.map(\.isReleased) == [true])
    await host.stop()
  }

  @Test func `the action disconnect ends the sender and frees the receiver`() async throws {
    let run = try await Self.start { $0.takeOver = .never }
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    #expect(try await run.node.perform("disconnect", with: .null) == ["disconnected": 1])
    #expect(sender.peer.closed?.reason == "disconnected")
    #expect(run.host.graph.streams.first?.end == .disconnected)
    #expect(try await CastSender.knock(on: run.host).sender != nil)
    await #expect(throws: ActionFailure.self) { try await run.node.perform("dance", with: .null) }
    await run.stop()
  }

  @Test func `ten seconds of zeros are said once`() async throws {
    let run = try await Self.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    await sender.send([UInt8](repeating: 0, count: 3_840))
    for _ in 0..<15 {
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .seconds(1))
    }
    await run.host.time.waitForSleepers(1)
    #expect(run.host.log.messages.filter { $0.contains("only zeros") }.count == 1)
    #expect(run.host.context.metrics.gauge("router_ariacast_zero_seconds", "").current == 15)
    await run.stop()
  }
}
