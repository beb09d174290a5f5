import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ReceiverMetadataTests {
  static let phone = "192.168.1.20"
  static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]

  @Test func `a page hears the state at once, each change once, and nothing twice`() async throws {
    let run = try await ReceiverTests.start()
    let page = try await TextClient("/metadata", on: run.host)
    #expect(page.last["type"] == "metadata" && page.last["data"]?["title"] == .null)
    let body = #"{"data":{"title":"T","artist":null,"durationMs":5,"isPlaying":true}}"#
    #expect(try await run.json("POST", "/metadata", body) == ["success": true])
    #expect(try await run.json("POST", "/api/metadata", body) == ["success": true])
    _ = try await run.call("POST", "/metadata", #"{"position_ms":7}"#)
    await page.wait(3)
    #expect(page.heard[1]["data"]?["title"] == "T" && page.heard[1]["data"]?["duration_ms"] == 5)
    #expect(page.heard[2]["data"]?["position_ms"] == 7 && page.heard.count == 3)
    #expect(try await run.json("GET", "/api/metadata")["title"] == "T")
    let event = await run.event("metadata", MetadataEvent.self) { $0.positionMs == 7 }
    #expect(event?.title == "T" && event?.isPlaying == true && event?.artwork == nil)
    await run.stop()
    #expect(run.host.graph.events.last { $0.port == "metadata" }?.isWithdrawn == true)
  }

  @Test func `update, get and clear are answered, the pusher hears its change first`() async throws {
    let run = try await ReceiverTests.start()
    let page = try await TextClient("/metadata", on: run.host)
    await page.send(#"{"type":"update","data":{"title":"T"}}"#)
    await page.wait(3)
    #expect(page.heard[1]["data"]?["title"] == "T")
    #expect(page.heard[2] == ["type": "ack", "success": true])
    #expect(await page.ask(#"{"type":"get"}"#)["data"]?["title"] == "T")
    await page.send(#"{"type":"clear"}"#)
    await page.wait(6)
    #expect(page.heard[4]["data"]?["title"] == .null && page.heard[5]["type"] == "ack")
    #expect(await page.ask("{") == ["type": "error", "message": "Invalid JSON"])
    #expect(await page.ask("[1]")["type"] == "error")
    #expect(await page.ask(#"{"type":"update","data":[]}"#)["type"] == "error")
    #expect(await page.ask(#"{"type":"update"}"#)["type"] == "error")
    await page.send(#"{"type":"subscribe"}"#)
    await page.send(#"{"title":"no type"}"#)
    #expect(await page.ask(#"{"type":"get"}"#)["data"]?["title"] == .null)
    await run.stop()
  }

  @Test(arguments: ["", "{", "[]", "7", #"{"data":{"title":"He said "hi""}}"#, #"{"data":[1]}"#])
  func `a wrong body is answered 400 and changes nothing`(_ body: String) async throws {
    let run = try await ReceiverTests.start()
    _ = try await run.call("POST", "/metadata", #"{"title":"T"}"#)
    let answer = try await run.call("POST", "/metadata", body)
    #expect(answer.status == 400)
    #expect(try JSON(strict: answer.body)["success"] == false)
    #expect(try await run.json("GET", "/api/metadata")["title"] == "T")
    await run.stop()
  }

  @Test func `words stay for a sender that comes back and go when another one comes`() async throws {
    let run = try await ReceiverTests.start()
    _ = try await run.call("POST", "/metadata", #"{"title":"T","isPlaying":true}"#, from: Self.phone)
    let first = try #require(await CastSender.knock(on: run.host, from: Self.phone).sender)
    await first.leave()
    await run.host.graph.wait { streams, _ in streams.first?.end != nil }
    #expect(try await run.json("GET", "/api/metadata")["is_playing"] == false)
    _ = try #require(await CastSender.knock(on: run.host, from: Self.phone).sender)
    #expect(try await run.json("GET", "/api/metadata")["title"] == "T")
    run.host.time.advance(by: .seconds(4))
    _ = try #require(await CastSender.knock(on: run.host, from: "192.168.1.77").sender)
    #expect(try await run.json("GET", "/api/metadata")["title"] == .null)
    await run.stop()
  }

  // MARK: Artwork

  private static func post(_ title: String, _ url: String, to run: RunningNode) async throws {
    _ = try await run.call("POST", "/metadata", #"{"title":"\#(title)","artworkUrl":"\#(url)"}"#, from: phone)
  }

  @Test func `the sender's picture is fetched once a track, served, and put into the event`() async throws {
    let run = try await ReceiverTests.start()
    run.host.http.answer { call throws(HTTPFailure) in HTTPAnswer(status: 200, fields: HTTPFields(), body: Self.jpeg) }
    let url = "http://\(Self.phone):8090/artwork.jpg"
    try await Self.post("one", url, to: run)
    try await Self.post("one", url, to: run)
    #expect(try await run.call("GET", "/artwork").status == 404)
    await run.host.time.waitForSleepers(2)
    run.host.time.advance(by: .milliseconds(200))
    let event = await run.event("metadata", MetadataEvent.self) { $0.artwork != nil }
    #expect(event?.artwork == Artwork(type: "image/jpeg", bytes: Self.jpeg))
    #expect(event?.artworkURL == "/artwork?v=1")
    for path in ["/artwork", "/image/artwork"] {
      let answer = try await run.call("GET", path)
      #expect(answer.status == 200 && answer.body == Self.jpeg && answer.fields["content-type"] == "image/jpeg")
      let tag = try #require(answer.fields["etag"])
      #expect(try await run.call("GET", path, fields: [("If-None-Match", tag)]).status == 304)
    }
    #expect(run.host.http.calls.count == 1)
    let call = try #require(run.host.http.calls.first)
    #expect(call.redirects == 0 && call.bodyLimit == 4 << 20 && call.timeout == .seconds(5))
    try await Self.post("two", url, to: run)
    await run.host.time.waitForSleepers(2)
    run.host.time.advance(by: .milliseconds(200))
    while run.host.http.calls.count < 2 { await Task.yield() }
    await run.stop()
  }

  @Test func `other addresses are not asked, and what is no picture is not shown`() async throws {
    let run = try await ReceiverTests.start()
    run.host.http.answer { _ throws(HTTPFailure) in
      HTTPAnswer(status: 200, fields: HTTPFields([("Content-Type", "image/png")]), body: Array("<html>".utf8))
    }
    for url in ["http://127.0.0.1:8700/api/v1/graph", "https://i.scdn.co/image/1", "http://192.168.1.21/a.jpg"] {
      try await Self.post("x", url, to: run)
    }
    // Somebody else names the phone.
    _ = try await run.call("POST", "/metadata", #"{"artwork_url":"http://\#(Self.phone)/a"}"#, from: "192.168.1.66")
    #expect(run.host.http.calls.isEmpty)
    try await Self.post("y", "http://\(Self.phone)/a", to: run)
    await run.host.time.waitForSleepers(2)
    run.host.time.advance(by: .milliseconds(200))
    while run.metric("router_ariacast_artwork_total", reason: "missing") == 0 { await Task.yield() }
    #expect(try await run.call("GET", "/artwork").status == 404)
    #expect(run.metric("router_ariacast_artwork_total", reason: "not-allowed") == 4)
    await run.stop()
  }
}
