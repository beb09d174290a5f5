import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct MediaAPITests {
  private static func request(_ path: String, _ query: [(name: String, value: String)] = []) -> HTTPRequest {
    let here = PeerAddress(host: "127.0.0.1", port: 8000)
    return HTTPRequest(method: "GET", path: path, query: query, peer: here, local: here)
  }

  private static func answer(
    _ host: FakeHost, _ path: String, _ parameters: [String: String] = [:],
    query: [(name: String, value: String)] = []
  ) async throws -> (status: Int, json: JSON) {
    let route = try #require(host.web.route("GET", path))
    guard case .http(let handler) = route.answer else { throw AnswerFlaw("no HTTP") }
    var request = request(path, query)
    request.parameters = parameters
    let response = await handler(request)
    guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
    return (response.status, JSONReader.read(bytes, .strict).root?.json ?? .null)
  }

  private static func running(_ host: FakeHost) async throws -> MediaAPINode {
    let node = MediaAPINode(MediaAPI.Config(), host.context)
    try await node.prepare()
    return node
  }

  private static func event(_ payload: any EventPayload, from: String = "sum.streams") -> Event {
    Event(source: from, payload: payload)
  }

  private static func streams(_ host: FakeHost, look: Int = 1) throws -> StreamsEvent {
    var book = StreamBook()
    var event = try #require(book.take(try Recorded.look("03-srt-pub-srt-reader")).streams)
    event.look = look
    event.at = host.time.now
    return event
  }

  @Test func `it answers what it was told, slashes in names or not`() async throws {
    let host = try FakeHost()
    let node = try await Self.running(host)
    #expect(try await Self.answer(host, MonitorRoute.latest).json == ["error": "no data"])
    await node.receive(Self.event(try Self.streams(host)), on: "streams")
    #expect(try await Self.answer(host, MonitorRoute.latest).json.items?.count == 4)
    for name in ["studio/cam1", "studio%2Fcam1", "studio%2fcam1"] {
      let found = try await Self.answer(host, MonitorRoute.stream, ["*": name])
      #expect(found.status == 200 && found.json["stream"]?["name"] == "studio/cam1")
    }
    #expect(try await Self.answer(host, MonitorRoute.stream, ["*": "studio"]).status == 404)
    #expect(try await Self.answer(host, MonitorRoute.health).status == 200)
    host.time.advance(by: .seconds(7))
    #expect(try await Self.answer(host, MonitorRoute.health).status == 503)
    await node.stop()
    await host.stop()
  }

  @Test func `a watcher misses nothing between its greeting and its connection, and is told goodbye`() async throws {
    let host = try FakeHost()
    let node = try await Self.running(host)
    let route = try #require(host.web.leases.first?.routes.first { $0.path == MonitorRoute.socket })
    guard case .webSocket(let open) = route.answer else { throw AnswerFlaw("no WebSocket") }
    let here = PeerAddress(host: "127.0.0.1", port: 1)
    guard
      case .accept(let acceptance) = await open(
        HTTPRequest(method: "GET", path: "/ws", peer: here, local: here), host.loop)
    else { throw AnswerFlaw("refused") }
    await node.receive(Self.event(try Self.streams(host)), on: "streams")
    let peer = FakeWebSocketPeer()
    await host.loop.perform { loop in _ = acceptance.handler(loop, peer) }
    guard case .text(let text)? = peer.sent.first else { throw AnswerFlaw("nothing was said") }
    let message = try JSON(strict: Array(text.utf8))
    #expect(message["type"] == "look" && message["changed"]?.items?.count == 4 && message["last"] == true)
    await node.stop()
    #expect(peer.closed?.code == 1001)
    await host.stop()
  }

  @Test func `events are told newest first, with where they come from`() async throws {
    let host = try FakeHost()
    let node = try await Self.running(host)
    for name in ["a", "b"] {
      let change = StreamChangeEvent(.up, stream: name, time: WallTime(seconds: 0))
      await node.receive(Self.event(change, from: "sum.changes"), on: "changes")
    }
    let events = try await Self.answer(host, MonitorRoute.events, query: [("limit", "1")]).json["events"]
    #expect(events?.items?.map { $0["stream"] } == ["b"] && events?.items?.first?["kind"] == "change")
    #expect(try await Self.answer(host, MonitorRoute.events, query: [("limit", "0")]).status == 400)
    #expect(try await Self.answer(host, MonitorRoute.history, query: [("seconds", "0")]).status == 400)
    await node.stop()
    await host.stop()
  }

  @Test func `records out of Redis are as old as they say, and nonsense is refused`() throws {
    let (now, time) = (Instant(nanoseconds: 100_000_000_000), WallTime(seconds: 1_000_100))
    let text = #"[{"name":"a","collected":"1970-01-12T13:48:15.000Z"}]"#
    let look = try RedisSource.look(Array(text.utf8), "key", at: now, time: time)
    #expect((now - look.at).seconds == 5 && look.records.count == 1)
    let foreign = try RedisSource.look(Array(#"[{"name":"a"}]"#.utf8), "key", at: now, time: time)
    #expect(foreign.at == now)
    for text in ["{}", "[1", "", "[]x"] {
      #expect(throws: NodeFailure.self) { try RedisSource.look(Array(text.utf8), "key", at: now, time: time) }
    }
  }
}
