import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct MicrophoneIngestTests {
  private static func start(
    _ edit: (inout MicrophoneIngest.Config) -> Void = { _ in }
  ) async throws -> (FakeHost, MicrophoneIngestNode) {
    var config = MicrophoneIngest.Config()
    edit(&config)
    let host = try FakeHost(node: "mics")
    let node = MicrophoneIngestNode(config: config, context: host.context)
    try await node.prepare()
    return (host, node)
  }

  private static func frame(_ sequence: UInt32, fill: UInt8 = 1) -> [UInt8] {
    IngestFrame(codec: .adpcm, sequence: sequence).head(payload: 84) + [UInt8](repeating: fill, count: 84)
  }

  /// A microphone whose stream stands.
  private static func stream(on host: FakeHost, hwid: String? = nil) async throws -> MicrophoneSender {
    let before = host.graph.streams.count
    let sender = try await MicrophoneSender(on: host, hwid: hwid)
    #expect(await sender.send(ProtocolTests.handshake.bytes) == .pause)
    await host.graph.wait { streams, _ in streams.count > before }
    while sender.peer.resumed == 0 { await Task.yield() }
    return sender
  }

  @Test func `a handshake opens a stream and frames become packets with their numbers`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host, hwid: "AA:BB")
    #expect(sender.acceptance.pingEvery == .seconds(15))
    for number in [7, 8, 9] as [UInt32] { #expect(await sender.send(Self.frame(number)) == .go) }
    let stream = try #require(host.graph.streams.first)
    #expect(stream.offer.format == StreamFormat(codec: .imaADPCM, sampleRate: 8_000, channels: 1))
    #expect(stream.offer.attributes["hwid"] == "AA_BB" && stream.offer.attributes["streamId"] == "7")
    #expect(stream.offer.attributes["frameSamples"] == "160")
    #expect(stream.offer.attributes["handshake"] == ProtocolTests.handshake.hex)
    #expect(stream.recording.packets.map(\.sequence) == [7, 8, 9])
    #expect(stream.recording.packets.allSatisfy { $0.frames == 160 && $0.bytes.count == 84 && $0.missing == 0 })
    await node.stop()
    await host.stop()
  }

  @Test func `a goodbye is answered once the stream is finished and written`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host)
    await sender.send(Self.frame(0))
    let record = try #require(host.graph.streams.first?.offer.record)
    record.unwritten.begin()
    #expect(await sender.sayGoodbye() == .later)
    await host.graph.wait { streams, _ in streams.first?.end == .closed }
    #expect(sender.peer.closed == nil)
    record.unwritten.end()
    while sender.peer.closed == nil { await Task.yield() }
    #expect(sender.peer.closed?.code == 1000 && sender.peer.closed?.reason == "bye")
    await node.stop()
    await host.stop()
  }

  @Test func `a goodbye is answered after two seconds at most`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host)
    host.graph.streams.first?.offer.record.unwritten.begin()
    #expect(await sender.sayGoodbye() == .later)
    await host.graph.wait { streams, _ in streams.first?.end == .closed }
    host.time.advance(by: .seconds(2))
    await node.inspect(at: host.time.now)
    #expect(sender.peer.closed?.reason == "bye")
    await node.stop()
    await host.stop()
  }

  @Test func `a goodbye before the handshake is answered at once`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await MicrophoneSender(on: host)
    #expect(await sender.sayGoodbye() == .reply(code: 1000, reason: "bye"))
    await node.stop()
    await host.stop()
  }

  @Test func `what is wrong is closed with its code and the stream ends`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host)
    await sender.send(Self.frame(0))
    #expect(await sender.send([1, 2, 3]) == .close(code: 1008, reason: "invalid audio frame"))
    await host.graph.wait { streams, _ in streams.first?.end == .invalid }
    #expect(host.graph.streams.first?.recording.packets.count == 1)
    let other = try await MicrophoneSender(on: host)
    #expect(await other.send(Array("x".utf8), isText: true) == .close(code: 1003, reason: "binary required"))
    await node.stop()
    await host.stop()
  }

  @Test func `a gap is marked, and filled on request`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host)
    await sender.send(Self.frame(0))
    await sender.send(Self.frame(3))
    let recording = try #require(host.graph.streams.first?.recording)
    #expect(recording.gaps == [320] && recording.packets.map(\.missing) == [0, 320])
    var config = await node.config
    config.fillGaps = true
    await node.update(to: config)
    await sender.send(Self.frame(6))
    #expect(recording.packets.map(\.sequence) == [0, 3, 4, 5, 6])
    #expect(recording.packets[2].bytes == [UInt8](repeating: 0, count: 84))
    #expect(recording.gaps == [320])
    // At most ten seconds are filled; the rest is missing, as a minute at most.
    await sender.send(Self.frame(1_000_000))
    #expect(recording.packets.count == 5 + 500 + 1 && recording.packets.last?.missing == 60 * 8_000)
    await node.stop()
    await host.stop()
  }

  @Test func `a sender is held while a sink asks, and no longer than it may`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host)
    let hold = try #require(host.graph.streams.first?.offer.record.hold)
    #expect(await sender.send(Self.frame(0)) == .go)
    hold.ask()
    #expect(await sender.send(Self.frame(1)) == .pause)
    let resumed = sender.peer.resumed
    host.time.advance(by: .seconds(9))
    await node.inspect(at: host.time.now)
    #expect(sender.peer.resumed == resumed)
    host.time.advance(by: .seconds(1))
    await node.inspect(at: host.time.now)
    #expect(sender.peer.resumed == resumed + 1)
    #expect(await sender.send(Self.frame(2)) == .go)
    hold.release()
    #expect(sender.peer.resumed == resumed + 2)
    #expect(await sender.send(Self.frame(3)) == .go)
    hold.ask()
    #expect(await sender.send(Self.frame(4)) == .pause)
    #expect(host.graph.streams.first?.recording.packets.count == 5)
    hold.release()
    await node.stop()
    await host.stop()
  }

  @Test func `who sends no handshake in time is closed`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await MicrophoneSender(on: host)
    host.time.advance(by: .seconds(30))
    await node.inspect(at: host.time.now)
    #expect(sender.peer.closed?.code == 1008 && sender.peer.closed?.reason == "invalid handshake")
    await node.stop()
    await host.stop()
  }

  @Test func `a lost connection ends its stream as lost, and the count goes down`() async throws {
    let (host, node) = try await Self.start()
    let sender = try await Self.stream(on: host)
    await sender.drop()
    await host.graph.wait { streams, _ in streams.first?.end == .lost }
    while await node.seats.count > 0 { await Task.yield() }
    #expect(await node.openStreams == 0)
    await node.stop()
    await host.stop()
  }

  @Test func `two streams of one id are both taken and counted`() async throws {
    let (host, node) = try await Self.start()
    let one = try await Self.stream(on: host)
    let two = try await Self.stream(on: host)
    #expect(await one.send(Self.frame(0)) == .go)
    #expect(await two.send(Self.frame(0)) == .go)
    #expect(node.counters.sameIDs.current == 1)
    await node.stop()
    await host.stop()
  }
}
