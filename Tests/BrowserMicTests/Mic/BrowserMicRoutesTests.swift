import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct BrowserMicRoutesTests {
  private static func start() async throws -> (FakeHost, BrowserMicNode) {
    let host = try FakeHost(node: "mic")
    let node = BrowserMicNode(config: BrowserMic.Config(), context: host.context)
    try await node.prepare()
    return (host, node)
  }

  private static func end(_ host: FakeHost, _ node: BrowserMicNode) async {
    await node.stop()
    await host.stop()
  }

  @Test func `the configuration has the old names`() async throws {
    let (host, node) = try await Self.start()
    let config = try await Browser.ask(host, "GET", "/api/config")["config"]
    #expect(config?["web_port"]?.int == 6_969 && config?["https_port"]?.int == 6_943)
    #expect(config?["default_stream_port"]?.int == 420 && config?["max_bitrate"]?.int == 320)
    #expect(config?["min_bitrate"]?.int == 64 && config?["sample_rate"]?.int == 44_100)
    #expect(config?["channels"]?.int == 2 && config?["chunk_size"]?.int == 1_024)
    await Self.end(host, node)
  }

  @Test func `start reserves, tells the old members, and stop takes it back`() async throws {
    let (host, node) = try await Self.start()
    let body = #"{"port":500,"bitrate":9999,"audioSource":"system","name":"Stage"}"#
    let answer = try await Browser.ask(host, "POST", "/api/stream/start", body)
    let id = try #require(answer["streamId"]?.text)
    #expect(answer["success"]?.flag == true && answer["port"]?.int == 500)
    let config = try #require(answer["config"])
    #expect(config["id"]?.text == id && config["client_ip"]?.text == "10.0.0.9" && config["port"]?.int == 500)
    #expect(config["bitrate"]?.int == 320 && config["audio_source"]?.text == "system")
    #expect(config["name"]?.text == "Stage" && config["is_active"]?.flag == true && config["state"]?.text == "reserved")
    #expect(config["start_time"]?.text?.contains("T") == true)
    let list = try await Browser.ask(host, "GET", "/api/streams")
    #expect(list["totalStreams"]?.int == 1 && list["streams"]?.items?.first == config)
    #expect(list.compact.contains(try #require(answer["token"]?.text)) == false)
    let stop = try await Browser.ask(host, "POST", "/api/stream/stop", #"{"streamId":"\#(id)"}"#)
    #expect(stop == ["success": true, "streamId": .string(id)])
    #expect(try await Browser.ask(host, "GET", "/api/streams")["totalStreams"]?.int == 0)
    await Self.end(host, node)
  }

  @Test(arguments: [
    ("/api/stream/start", "", "Empty request body"), ("/api/stream/start", "{", "Invalid JSON: an object is expected"),
    ("/api/stream/start", "[]", "Invalid JSON: an object is expected"),
    ("/api/stream/start", #"{"bitrate":"128"}"#, "bitrate must be a number"),
    ("/api/stream/start", #"{"port":"x"}"#, "port must be a whole number of 1 to 65535, or null"),
    ("/api/stream/stop", "{}", "streamId required"), ("/api/stream/stop", #"{"streamId":"x"}"#, "Stream not found"),
    ("/api/audio/level", #"{"level":"loud"}"#, "level must be a number"),
  ])
  func `errors are 200 with success false`(path: String, body: String, text: String) async throws {
    let (host, node) = try await Self.start()
    let answer = try await Browser.ask(host, "POST", path, body)
    #expect(answer == ["success": false, "error": .string(text)])
    await Self.end(host, node)
  }

  @Test func `a level of an unknown stream is taken, as it was, and null is silence`() async throws {
    let (host, node) = try await Self.start()
    let body = #"{"streamId":"x","level":0.5,"db":null}"#
    #expect(try await Browser.ask(host, "POST", "/api/audio/level", body) == ["success": true])
    await Self.end(host, node)
  }

  @Test func `somebody else's live stream is not stopped without the token`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    let id = try #require(browser.started?["streamId"]?.text)
    let body = #"{"streamId":"\#(id)","token":"guess"}"#
    let refused = try await Browser.ask(host, "POST", "/api/stream/stop", body, from: "10.0.0.66")
    #expect(refused["success"]?.flag == false && host.graph.streams[0].end == nil)
    // From the router's own machine it is.
    let done = try await Browser.ask(host, "POST", "/api/stream/stop", body, from: "127.0.0.1")
    #expect(done["success"]?.flag == true && host.graph.streams[0].end == .disconnected)
    #expect(await browser.waitForClose()?.reason == "stopped")
    await Self.end(host, node)
  }

  @Test func `the port of a stream is the one a sink opened`() async throws {
    let (host, node) = try await Self.start()
    _ = try await Browser.streaming(on: host)
    host.graph.streams[0].offer.record.add(listeningAddress: "tcp://10.0.0.1:421")
    let stream = try await Browser.ask(host, "GET", "/api/streams")["streams"]?.items?.first
    #expect(stream?["port"]?.int == 421 && stream?["urls"]?["tcp"]?.text == "tcp://10.0.0.1:421")
    await Self.end(host, node)
  }

  @Test func `health has the old names`() async throws {
    let (host, node) = try await Self.start()
    let health = try await Browser.ask(host, "GET", "/health")
    #expect(health["status"]?.text == "healthy" && health["active_streams"]?.int == 0)
    #expect(health["connected_clients"]?.int == 0 && health["timestamp"]?.text != nil)
    await Self.end(host, node)
  }

  @Test func `who listens in gets the sound until the stream ends`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    let id = try #require(browser.started?["streamId"]?.text)
    let answer = await node.listen(to: "\(id).wav")
    #expect(answer.status == 200 && answer.fields["Content-Type"] == "audio/wav")
    let feed = try #require(host.web.feeds.first)
    feed.listeners = 1
    await browser.send(MicFrames.sound(0, fill: 3))
    #expect(feed.bytes == [UInt8](repeating: 3, count: 1_920))
    await browser.say(#"{"type":"stop"}"#)
    _ = await browser.waitForClose()
    while !feed.isClosed { await Task.yield() }
    #expect(await node.listen(to: "\(id).wav").status == 404)
    await Self.end(host, node)
  }

  @Test func `the page and its files are served and nothing beside them`() async throws {
    let (host, node) = try await Self.start()
    guard case .http(let page) = host.web.route("GET", "/")?.answer else { throw Browser.Missing() }
    let index = await page(Browser.request("GET", "/", from: "10.0.0.9"))
    #expect(index.status == 200 && index.fields["Content-Security-Policy"]?.contains("script-src 'self'") == true)
    guard case .http(let files) = host.web.route("GET", "/static/{file}")?.answer else { throw Browser.Missing() }
    for (name, status) in [("mic.js", 200), ("worklet.js", 200), ("mic.html", 404), ("../mic.js", 404), ("", 404)] {
      var request = Browser.request("GET", "/static/\(name)", from: "10.0.0.9")
      request.parameters["file"] = name
      #expect(await files(request).status == status, "\(name)")
    }
    await Self.end(host, node)
  }
}
