import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct DashboardTests {
  static let cast = StreamFormat(sampleRate: 48_000, channels: 2)
  static let here = PeerAddress(host: "192.168.1.30", port: 1)

  static func start(_ edit: (inout AriacastDashboard.Config) -> Void = { _ in }) async throws -> RunningNode {
    var config = AriacastDashboard.Config()
    edit(&config)
    let host = try FakeHost(node: "dashboard")
    return try await RunningNode(DashboardNode(config: config, context: host.context, host: "router"), in: host)
  }

  static func ask(
    _ run: RunningNode, _ path: String, _ method: String = "GET", route: String? = nil, fields: [(String, String)] = [],
    body: String = "", file: String = "", query: [(name: String, value: String)] = []
  ) async throws -> HTTPResponse {
    let route = try #require(run.host.web.route(method, route ?? path))
    guard case .http(let answer) = route.answer else { throw PageVisitor.Refused(status: 0) }
    return await answer(
      HTTPRequest(
        method: method, path: path, query: query, fields: HTTPFields(fields), body: Array(body.utf8),
        parameters: ["file": file], peer: here, local: here))
  }

  static func event(_ payload: any EventPayload, withdrawn: Bool = false, from source: String = "phone.x") -> Event {
    Event(source: source, payload: payload, isWithdrawn: withdrawn)
  }

  static func metadata(_ title: String, artwork: [UInt8]? = nil) -> MetadataEvent {
    var event = MetadataEvent()
    event.title = title
    event.artist = "Somebody"
    event.isPlaying = true
    event.artwork = artwork.map { Artwork(type: "image/png", bytes: $0) }
    return event
  }

  // MARK: Files

  @Test func `the page is served with a tag and sent once`() async throws {
    let run = try await Self.start()
    let first = try await Self.ask(run, "/")
    #expect(first.status == 200 && first.fields["Content-Type"] == "text/html; charset=utf-8")
    #expect(first.fields["Content-Security-Policy"]?.contains("default-src 'none'") == true)
    let tag = try #require(first.fields["ETag"])
    let second = try await Self.ask(run, "/", fields: [("If-None-Match", "\"x\", W/\(tag)")])
    #expect(second.status == 304 && second.fields["ETag"] == tag)
    await run.stop()
  }

  @Test func `every file the page names is there, and no other`() async throws {
    let run = try await Self.start()
    for name in PageFile.named.keys {
      let answer = try await Self.ask(run, "/dashboard/" + name, route: "/dashboard/{file}", file: name)
      #expect(answer.status == 200, "\(name)")
    }
    let missing = try await Self.ask(run, "/dashboard/x", route: "/dashboard/{file}", file: "../routes.json")
    #expect(missing.status == 404)
    let everything = [PageFile.index] + PageFile.named.values
    #expect(everything.map(\.bytes.count).reduce(0, +) < 120_000)
    for file in everything {
      let text = String(decoding: file.bytes, as: UTF8.self)
      #expect(!text.contains("innerHTML") && !text.contains("https://"))
      for named in text.split(separator: "/dashboard/").dropFirst() {
        let name = named.prefix { $0.isLetter || $0 == "." }
        #expect(PageFile.named[String(name)] != nil, "\(name)")
      }
    }
    await run.stop()
  }

  @Test func `each line of the log has a sentence in both languages`() throws {
    let words = String(decoding: try #require(PageFile.named["words.js"]).bytes, as: UTF8.self)
    let halves = words.split(separator: "const german")
    #expect(halves.count == 2)
    for topic in DashboardLog.Topic.allCases {
      let key = "log" + topic.rawValue.prefix(1).uppercased() + topic.rawValue.dropFirst() + ":"
      for half in halves { #expect(half.contains(key), "\(key)") }
    }
  }

  // MARK: Sound

  @Test func `listeners get the newest stream, a message a packet`() async throws {
    let run = try await Self.start()
    let feed = try #require(run.host.web.feeds.first)
    #expect(feed.settings.framing == .webSocketBinary && feed.settings.whenFull == .skip)
    let old = try await run.host.open(run.node, format: Self.cast)
    let new = try await run.host.open(run.node, format: Self.cast)
    let sound = ReceiverTests.sound(3_840)
    await new.push(sound)
    await old.push(ReceiverTests.sound(3_840, 2))
    #expect(feed.bytes == sound)
    #expect(run.metric("router_dashboard_dropped_total", reason: "superseded") == 1)
    await new.close()
    await old.push(ReceiverTests.sound(3_840, 3))
    #expect(feed.bytes == sound + ReceiverTests.sound(3_840, 3))
    await run.stop()
    #expect(feed.isClosed)
  }

  @Test func `a stream of another format is converted`() async throws {
    let run = try await Self.start()
    let feed = try #require(run.host.web.feeds.first)
    let mono = StreamFormat(sampleRate: 48_000, channels: 1)
    let stream = try await run.host.open(run.node, format: mono)
    await stream.push([1_000, -2_000] as [Int16])
    #expect(feed.bytes.int16Samples == [1_000, 1_000, -2_000, -2_000])
    let mp3 = StreamFormat(codec: Codec(rawValue: "mp3"), sampleRate: 48_000, channels: 2)
    await #expect(throws: StageRefusal.self) { _ = try await run.host.open(run.node, format: mp3) }
    await run.stop()
  }

  // MARK: Pictures and metadata

  @Test func `the picture is served as long as it plays`() async throws {
    let run = try await Self.start()
    #expect(try await Self.ask(run, "/artwork").status == 404)
    await run.node.receive(Self.event(Self.metadata("Song", artwork: [1, 2, 3])), on: "metadata")
    let visitor = try await PageVisitor.open("/api/live", on: run.host)
    let path = try #require(await visitor.hears("metadata")["artwork"]?.text)
    let version = String(path.split(separator: "=")[1])
    let answer = try await Self.ask(run, "/artwork", query: [("v", version)])
    #expect(answer.fields["Content-Type"] == "image/png")
    #expect(answer.fields["Cache-Control"]?.contains("immutable") == true)
    #expect(try await Self.ask(run, "/image/artwork").fields["Cache-Control"] == "no-cache")
    await run.node.receive(Self.event(Self.metadata("Song"), withdrawn: true), on: "metadata")
    #expect(try await Self.ask(run, "/artwork").status == 404)
    await run.stop()
  }

  @Test func `metadata are told in AriaCast's own words on both paths`() async throws {
    let run = try await Self.start()
    let reader = try await PageVisitor.open("/metadata", on: run.host)
    #expect(try await reader.hears("data")["title"] == .null)
    await run.node.receive(Self.event(Self.metadata("A \"quoted\" <b>name</b>")), on: "metadata")
    let told = try await reader.hears("data")
    #expect(told["title"] == "A \"quoted\" <b>name</b>" && told["is_playing"] == true && told["artwork_url"] == .null)
    guard case .bytes(let body) = try await Self.ask(run, "/api/metadata").body else { return }
    #expect(try JSON(strict: body) == told)
    await reader.says(#"{"type":"get"}"#)
    #expect(try await reader.hears("type") == "metadata")
    await reader.says(#"{"type":"update","data":{"title":"x"}}"#)
    #expect(try await reader.hears("message") == "read only here: push to the stream port")
    await reader.says("[1")
    #expect(try await reader.hears("message") == "Invalid JSON")
    await run.stop()
  }
}
