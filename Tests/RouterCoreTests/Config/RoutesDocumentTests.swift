import RouterCore
import Support
import Testing

private let whole = """
  // What is wired to what.
  {
    "$schema": "routes.schema.json",
    "version": 1,
    "admin": { "listen": ":8700", "token": "$TOKEN", "tls": "auto" },
    "log": { "format": "json", "level": "warning" },
    "ioThreads": 4,
    "limits": { "connections": 50 },
    "nodes": {
      "phone": { "type": "phone.receiver", "name": "Living Room", "label": "Phone", "position": { "x": 1, "y": -2.5 } },
      "mics": { "type": "adpcm.ingest", "limits": { "idleSeconds": 5 } },
      "decode": { "type": "adpcm.decoder" },
      "desk": { "type": "mixer", "inputs": { "music": { "gainDb": -6 }, "voice": { "priority": true } } },
      "meter": { "type": "meter", "logLevel": "debug" },
      "speaker": { "type": "alsa.sink", "essential": true },
      "web": { "type": "http.stream", "disabled": true },
      "redis": { "type": "redis.sink", "password": "$TOKEN" },
    },
    "links": [
      "phone -> desk.music",
      "mics -> decode -> desk.voice",
      "desk -> meter -> speaker",
      "meter -> web",
      "meter.levels -> redis", // the main output of meter is its sound
      { "from": "phone.volume", "to": "speaker.volume" },
      "speaker -> phone",
      "phone.track->redis",
    ],
  }
  """

private func read(_ text: String) throws -> (document: RoutesDocument?, problems: [Problem]) {
  RoutesDocument.read(Array(text.utf8), types: try testTypes(), in: testSurroundings)
}

@Suite struct RoutesDocumentTests {
  @Test func `a whole document is read`() throws {
    let (document, problems) = try read(whole)
    #expect(problems.map { $0.text(file: "f") } == [])
    let routes = try #require(document)
    #expect(routes.admin.listen.description == "0.0.0.0:8700")
    #expect(routes.admin.token == "t0ken")
    #expect(routes.admin.tls == .auto)
    #expect(routes.log.format == .json)
    #expect(routes.log.level == .warning)
    #expect(routes.ioThreads == 4)
    #expect(routes.limits.connections == 50)
    #expect(routes.nodes.map(\.id) == ["phone", "mics", "decode", "desk", "meter", "speaker", "web", "redis"])
    #expect(routes.nodes[0].settings.label == "Phone")
    #expect(routes.nodes[0].settings.position == NodeSettings.Position(x: 1, y: -2.5))
    #expect(routes.nodes[4].settings.logLevel == .debug)
    #expect(routes.nodes[5].settings.isEssential)
    #expect(routes.nodes[6].settings.isDisabled)
    #expect(routes.json["nodes"]?["redis"]?["password"] == "$TOKEN")
    #expect(
      routes.links.map { "\($0.id) \($0.kind.rawValue)" } == [
        "phone.audio->desk.music audio", "mics.audio->decode.audio audio", "decode.audio->desk.voice audio",
        "desk.audio->meter.audio audio", "meter.audio->speaker.audio audio", "meter.audio->web.audio audio",
        "meter.levels->redis.events event", "phone.volume->speaker.volume event",
        "speaker.volumeState->phone.control event", "phone.track->redis.events event",
      ])
  }

  @Test func `limits of the document reach listeners, field by field`() throws {
    let routes = try #require(try read(whole).document)
    #expect(routes.nodes[0].config.json["limits"]?["connections"] == 50)
    #expect(routes.nodes[1].config.json["limits"]?["connections"] == 50)
    #expect(routes.nodes[1].config.json["limits"]?["idleSeconds"]?.double == 5)
  }

  @Test func `the least document is read`() throws {
    let (document, problems) = try read(#"{"version": 1}"#)
    #expect(problems.isEmpty)
    #expect(document?.nodes.isEmpty == true)
    #expect(document?.admin == AdminSettings())
  }

  @Test func `a document without text has problems without lines`() throws {
    let (document, problems) = RoutesDocument.read(
      ["version": 1, "nodes": ["a": ["type": "meter", "labl": "x"]], "links": ["a -> b"]], types: try testTypes(),
      in: testSurroundings)
    #expect(document == nil)
    #expect(
      problems.map { $0.text(file: "f") } == [
        #"f: error: nodes.a.labl: unknown key (did you mean "label"?)"#, #"f: error: links[0]: there is no node "b""#,
      ])
    #expect(problems.map(\.pointer) == ["/nodes/a/labl", "/links/0"])
    #expect(problems[0].fix == ["nodes": ["a": ["labl": .null, "label": "x"]]])
    #expect(problems[0].json["fix"] == problems[0].fix)
  }

  @Test func `a chain goes through the ports that are named`() throws {
    let text = """
      {"version": 1, "nodes": {"p": {"type": "phone.receiver"}, "m": {"type": "meter"}, "r": {"type": "redis.sink"},
        "s": {"type": "alsa.sink"}},
       "links": ["p -> m.levels -> r", "p.volume -> s.volume -> r", "p -> m.audio -> s.audio"]}
      """
    // Naming an output in the middle keeps the main input; naming an input keeps the main output.
    #expect(
      try read(text.replacing(", \"p -> m.audio -> s.audio\"", with: "")).document?.links.map(\.id) == [
        "p.audio->m.audio", "m.levels->r.events", "p.volume->s.volume", "s.volumeState->r.events",
      ])
    #expect(try read(text).problems.map(\.message) == ["p.audio -> m.audio is linked already"])
  }

  @Test func `equal options are no change and others are named`() throws {
    let types = try testTypes()
    func config(_ node: JSON) throws -> NodeConfig {
      try #require(
        RoutesDocument.read(["version": 1, "nodes": ["a": node]], types: types, in: testSurroundings).document
      ).nodes[0].config
    }
    let plain = try config(["type": "alsa.sink"])
    #expect(plain.changedOptions(to: try config(["type": "alsa.sink", "device": "default"])) == [])
    #expect(
      plain.changedOptions(to: try config(["type": "alsa.sink", "device": "x", "latencyMs": 20])) == [
        "device", "latencyMs",
      ])
    #expect(plain.changedOptions(to: try config(["type": "meter"])) == nil)
  }

  @Test func `a thousand nodes in a row are checked at once`() throws {
    let nodes = (0..<1000).map { #""n\#($0)": {"type": "meter"}"# }.joined(separator: ",")
    let links = (0..<999).map { #""n\#($0) -> n\#($0 + 1)""# }.joined(separator: ",")
    let text = #"{"version": 1, "nodes": {\#(nodes)}, "links": [\#(links)]}"#
    #expect(try read(text).document?.links.count == 999)
    let circle = text.replacing("]}", with: #", "n999 -> n0"]}"#)
    #expect(try read(circle).problems.count == 1)
  }

  @Test func `mutated documents never crash and always tell why`() throws {
    let types = try testTypes()
    var random = SeededGenerator(seed: 21)
    let bytes = Array(whole.utf8)
    let words = Array("{}[],:\"->. abz019$".utf8)
    for _ in 0..<rounds(5_000) {
      var mutated = bytes
      for _ in 0..<3 {
        let at = Int.random(in: 0..<mutated.count, using: &random)
        let other = Int.random(in: 0..<mutated.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: mutated[at] = words.randomElement(using: &random) ?? 0
        case 1: mutated.remove(at: at)
        default: mutated.insert(contentsOf: mutated[other..<min(other + 20, mutated.count)], at: at)
        }
      }
      let (document, problems) = RoutesDocument.read(mutated, types: types, in: testSurroundings)
      #expect((document == nil) == problems.hasErrors)
      #expect(problems.allSatisfy { $0.line != nil && $0.column != nil })
    }
  }
}
