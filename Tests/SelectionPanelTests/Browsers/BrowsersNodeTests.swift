import RouterCore
import Support
import Testing

@testable import SelectionPanel

/// The node between its browsers, its media and the graph.
@Suite struct BrowsersNodeTests {
  /// A node that runs, with a media folder of its own.
  struct Stand {
    let place: TemporaryFolder
    let host: FakeHost
    let node: BrowsersNode

    init(_ edit: (inout PanelBrowsers.Config) -> Void = { _ in }) async throws {
      place = TemporaryFolder()
      host = try FakeHost(node: "screens", folder: place.path)
      var config = PanelBrowsers.Config()
      config.mediaCount = 3
      config.base = 1
      edit(&config)
      node = BrowsersNode(config: config, context: host.context)
      try await node.prepare()
    }

    func end() async {
      await node.stop()
      await host.stop()
    }

    func play(_ number: Int, _ slot: Int) async {
      let event = PlaybackEvent(
        .play, play: number, slot: slot, pressedAt: host.time.now, time: WallTime(seconds: 0))
      await node.receive(Event(source: "policy.playback", payload: event), on: "playback")
    }

    func stopPlaying() async {
      let event = PlaybackEvent(.stop, play: nil, slot: nil, pressedAt: host.time.now, time: WallTime(seconds: 0))
      await node.receive(Event(source: "policy.playback", payload: event), on: "playback")
    }

    /// A browser that has introduced itself.
    func page(unlocked: Bool = true) async throws -> PanelVisitor {
      let page = try await PanelVisitor.open(host)
      await page.says(#"{"type":"hello","unlocked":\#(unlocked)}"#)
      _ = try await page.hears("state")
      return page
    }

    /// An old page; it is known to the node when this returns.
    func oldPage() async throws -> PanelVisitor {
      let page = try await PanelVisitor.open(host)
      let probe = try await self.page(unlocked: false)
      await probe.leaves()
      return page
    }

    func ask(
      _ method: String, _ route: String, parameters: [String: String] = [:], fields: [(String, String)] = [],
      body: [UInt8] = [], from address: String = "127.0.0.1"
    ) async throws -> HTTPResponse {
      let route = try #require(host.web.route(method, route))
      guard case .http(let answer) = route.answer else { throw PanelVisitor.Refused(status: 0) }
      let peer = PeerAddress(host: address, port: 1)
      return await answer(
        HTTPRequest(
          method: method, path: route.path, fields: HTTPFields(fields), body: body, parameters: parameters, peer: peer,
          local: peer))
    }

    /// Events of that port, once there are so many.
    func emitted(_ port: String, _ count: Int) async -> [any EventPayload] {
      await host.graph.wait { _, events in events.filter { $0.port == port }.count >= count }
      return host.graph.events.filter { $0.port == port }.map(\.payload)
    }
  }

  private func text(_ response: HTTPResponse) -> String {
    if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
  }

  // MARK: Plays

  @Test func `everybody is told to stop, then to play`() async throws {
    let stand = try await Stand()
    let (new, old) = (try await stand.page(), try await stand.oldPage())
    await stand.play(7, 3)
    for page in [new, old] {
      #expect(try await page.hears().compact == #"{"type":"stop"}"#)
      #expect(try await page.hears().compact == #"{"type":"play","id":3,"play":7,"ageMs":0}"#)
    }
    await stand.stopPlaying()
    #expect(try await old.hears().compact == #"{"type":"stop"}"#)
    // A selector says stop by itself before a play: nobody is told twice.
    await stand.play(8, 1)
    #expect(try await old.hears()["play"]?.int == 8)
    #expect(await stand.emitted("ended", 1).first as? EndedEvent == EndedEvent(.started, play: 7, slot: 3))
    await stand.end()
  }

  @Test func `the last who ends is told to the selector, in order`() async throws {
    let stand = try await Stand()
    let (new, old) = (try await stand.page(), try await stand.oldPage())
    await stand.play(7, 3)
    await new.says(#"{"type":"ended","id":3,"play":7}"#)
    stand.host.time.advance(by: .seconds(6))
    await old.says(#"{"type":"ended","id":3}"#)
    let events = await stand.emitted("ended", 2).compactMap { $0 as? EndedEvent }
    #expect(events == [EndedEvent(.started, play: 7, slot: 3), EndedEvent(.ended, play: 7, slot: 3)])
    await stand.end()
  }

  @Test func `the last who leaves is waited for, and then given up`() async throws {
    let stand = try await Stand()
    let page = try await stand.page()
    await stand.play(7, 3)
    await page.leaves()
    await stand.host.time.waitForSleepers()
    stand.host.time.advance(by: .seconds(2))
    let events = await stand.emitted("ended", 2).compactMap { $0 as? EndedEvent }
    #expect(events.last == EndedEvent(.left, play: 7, slot: 3))
    await stand.end()
  }

  @Test func `a newcomer that asks is told what plays and where it is`() async throws {
    let stand = try await Stand()
    _ = try await stand.page()
    await stand.play(7, 3)
    stand.host.time.advance(by: .milliseconds(1500))
    let newcomer = try await PanelVisitor.open(stand.host)
    await newcomer.says(#"{"type":"hello","unlocked":true}"#)
    #expect(try await newcomer.hears()["plays"]?.int == 7)
    #expect(try await newcomer.hears().compact == #"{"type":"play","id":3,"play":7,"ageMs":1500,"offsetMs":1500}"#)
    await stand.end()
  }

  @Test func `messages of any shape are survived, and only greeted pages get a pong`() async throws {
    let stand = try await Stand()
    let page = try await PanelVisitor.open(stand.host)
    for text in ["[1]", "3.5", "\"x\"", "true", "{", #"{"type":"ended"}"#, #"{"type":"ping"}"#, #"{"type":"x"}"#] {
      #expect(await page.says(text) == .go)
    }
    #expect(await page.says("{}", isText: false) == .go)
    await page.says(#"{"type":"hello"}"#)
    #expect(try await page.hears()["type"]?.text == "state")
    await page.says(#"{"type":"ping","t":12.5}"#)
    #expect(try await page.hears().compact == #"{"type":"pong","t":12.5}"#)
    await stand.end()
  }

  @Test func `browsers beyond the limit are answered 503`() async throws {
    let stand = try await Stand { $0.maxClients = 1 }
    let page = try await stand.page()
    await #expect(throws: PanelVisitor.Refused(status: 503)) { try await PanelVisitor.open(stand.host) }
    await page.leaves()
    await stand.end()
  }

  // MARK: The interface of the first servers

  @Test(arguments: [
    ("3", "OK: play 3", 200), ("003", "OK: play 3", 200), ("+2", "OK: play 2", 200),
    ("0", "ERROR: ID muss 1-3 sein", 400),
    ("4", "ERROR: ID muss 1-3 sein", 400), ("-1", "ERROR: ID muss 1-3 sein", 400), ("x", "ERROR: Ungueltige ID", 400),
    ("3.0", "ERROR: Ungueltige ID", 400), ("", "ERROR: Ungueltige ID", 400),
  ])
  func `a test press is answered in the old words`(id: String, words: String, status: Int) async throws {
    let stand = try await Stand()
    let answer = try await stand.ask("GET", "/test/play/{id}", parameters: ["id": id])
    #expect(answer.status == status && text(answer) == words)
    await stand.end()
    let presses = stand.host.graph.events.compactMap { $0.payload as? PressEvent }
    #expect(presses.map(\.slot) == (status == 200 ? [Int(id)] : []))
  }

  @Test func `a test stop is a press of nothing`() async throws {
    let stand = try await Stand()
    #expect(text(try await stand.ask("GET", "/test/stop")) == "OK: stopped")
    #expect((await stand.emitted("presses", 1).first as? PressEvent)?.slot == .some(nil))
    await stand.end()
  }

  @Test func `another site's page cannot press`() async throws {
    let stand = try await Stand()
    let strange = [("Sec-Fetch-Site", "cross-site")]
    #expect(try await stand.ask("GET", "/test/play/{id}", parameters: ["id": "1"], fields: strange).status == 403)
    #expect(try await stand.ask("GET", "/test/stop", fields: strange).status == 403)
    await stand.end()
    #expect(stand.host.graph.events.isEmpty)
  }

  @Test func `a light that changes at the panel is no news for pages`() async throws {
    let stand = try await Stand()
    let page = try await stand.page()
    var panel = PanelStatusEvent(port: "/dev/x", isConnected: true)
    for lit in [1, 2, 3] {
      panel.lit = lit
      await stand.node.receive(Event(source: "panel.status", payload: panel), on: "status")
    }
    #expect(try await page.hears("state")["panel"]?.flag == true)
    // Whoever comes later is told once, too.
    let late = try await stand.page()
    panel.isConnected = false
    await stand.node.receive(Event(source: "panel.status", payload: panel), on: "status")
    #expect(try await page.hears()["panel"]?.flag == false)
    #expect(try await late.hears()["panel"]?.flag == false)
    await stand.end()
  }

  @Test func `status and health follow panel, media and play`() async throws {
    let stand = try await Stand()
    let page = try await stand.page()
    await stand.play(1, 2)
    var panel = PanelStatusEvent(port: "/dev/x", isConnected: false)
    panel.firmware = "2.2.5"
    await stand.node.receive(Event(source: "panel.status", payload: panel), on: "status")
    let status = try JSON(strict: Array(text(try await stand.ask("GET", "/status")).utf8))
    #expect(status["current_button"]?.int == 2 && status["ws_clients"]?.int == 1)
    #expect(status["serial_port"]?.text == "/dev/x" && status["media_missing"]?.int == 6)
    #expect(try await stand.ask("GET", "/health").status == 503)
    for slot in 1...3 {
      for end in ["jpg", "mp3"] { stand.place.write("x", to: "media/\(MediaNaming.digits(slot)).\(end)") }
    }
    await stand.node.lookAtMedia()
    #expect(try await stand.ask("GET", "/health").status == 503)
    await stand.node.receive(Event(source: "panel.status", payload: panel, isWithdrawn: true), on: "status")
    #expect(try await stand.ask("GET", "/health").status == 200)
    _ = page
    await stand.end()
  }

  // MARK: Media

  @Test func `an old name gets what is there`() async throws {
    let stand = try await Stand()
    stand.place.write("x", to: "media/002.webp")
    await stand.node.lookAtMedia()
    let answer = try await stand.ask("GET", "/media/*", parameters: ["*": "002.jpg"])
    guard case .file(let path) = answer.body else { throw PanelVisitor.Refused(status: answer.status) }
    #expect(path.hasSuffix("/media/002.webp") && answer.fields["Cache-Control"] == "no-cache")
    #expect(try await stand.ask("GET", "/media/*", parameters: ["*": "001.jpg"]).status == 404)
    await stand.end()
  }

  @Test func `an upload is checked, put in its place and told of`() async throws {
    let stand = try await Stand()
    let page = try await stand.page()
    let before = await stand.node.folder.revision
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2]
    func put(_ slot: String, _ role: String, _ body: [UInt8], from address: String = "127.0.0.1") async throws
      -> HTTPResponse
    {
      try await stand.ask(
        "PUT", "/api/media/{slot}/{role}", parameters: ["slot": slot, "role": role], body: body, from: address)
    }
    #expect(text(try await put("2", "image", png)) == #"{"file":"002.png","size":10}"#)
    #expect(try await page.hears("state")["media"]?.int == before + 1)
    #expect(try await put("2", "sound", png).status == 415)
    #expect(try await put("2", "image", Array("<svg>".utf8)).status == 415)
    #expect(try await put("2", "image", []).status == 400)
    #expect(try await put("4", "image", png).status == 404)
    #expect(try await put("../2", "image", png).status == 404)
    #expect(try await put("2", "script", png).status == 404)
    #expect(try await put("2", "image", png, from: "192.168.1.9").status == 403)
    #expect(stand.place.names("media") == ["002.png"])
    await stand.end()
  }

  @Test func `with a token the token counts, not the machine`() async throws {
    let stand = try await Stand { $0.listener.token = "open" }
    let ask = { (fields: [(String, String)]) in
      try await stand.ask(
        "DELETE", "/api/media/{slot}/{role}", parameters: ["slot": "1", "role": "sound"], fields: fields)
    }
    #expect(try await ask([]).status == 401)
    #expect(try await ask([("Authorization", "Bearer closed")]).status == 401)
    #expect(try await ask([("Authorization", "Bearer open")]).status == 404)
    stand.place.write("x", to: "media/001.wav")
    #expect(try await ask([("Authorization", "Bearer open")]).status == 204)
    await stand.end()
  }

  @Test func `options change while browsers are connected`() async throws {
    let stand = try await Stand()
    let page = try await stand.page()
    var config = PanelBrowsers.Config()
    (config.mediaCount, config.base, config.name, config.maxUploadMiB) = (100, 0, "Museum", 1)
    await stand.node.update(to: config)
    let state = try await page.hears("state")
    #expect(state["count"]?.int == 100 && state["base"]?.int == 0 && state["name"]?.text == "Museum")
    #expect(stand.host.web.route("PUT", "/api/media/{slot}/{role}")?.bodyLimit == 1 << 20)
    await stand.end()
  }

  @Test func `every option is live but where it listens`() {
    let fixed = PanelBrowsers.Config.options.filter { !$0.isLive }.map(\.name)
    #expect(fixed == ["listen", "tls"])
  }

  @Test func `the pages hold together`() throws {
    let everything = [PageFile.panel, PageFile.library] + PageFile.named.values
    for file in everything {
      let text = String(decoding: file.bytes, as: UTF8.self)
      #expect(!text.contains("innerHTML") && !text.contains("https://"))
      for named in text.split(separator: "/page/").dropFirst() {
        let name = named.prefix { $0.isLetter || $0 == "." }
        #expect(PageFile.named[String(name)] != nil, "\(name)")
      }
    }
    let words = String(decoding: PackageResources.words_js, as: UTF8.self)
    func keys(_ language: String) -> [Substring] {
      let half = words.split(separator: "const \(language) = {")[1].split(separator: "\n};")[0]
        .replacing(#/"[^"]*"|`[^`]*`/#, with: "")
      return half.matches(of: #/[{ ]([a-zA-Z]+): /#).map(\.1)
    }
    #expect(keys("english") == keys("german"))
  }
}
