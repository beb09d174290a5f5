import RouterCore
import Support
import Testing

private func read(_ json: JSON) throws -> RoutesDocument {
  let (document, problems) = RoutesDocument.read(json, types: try testTypes(), in: testSurroundings)
  return try #require(document, "\(problems)")
}

private let nodes: JSON = [
  "phone": ["type": "phone.receiver"], "desk": ["type": "mixer", "inputs": ["music": [:], "voice": [:]]],
  "meter": ["type": "meter"], "speaker": ["type": "alsa.sink"], "redis": ["type": "redis.sink"],
]

private func document(_ links: JSON...) throws -> RoutesDocument {
  try read(["version": 1, "nodes": nodes, "links": .array(links)])
}

@Suite struct DocumentEditTests {
  @Test func `removing a link of a chain leaves both sides, with ports that mean the same`() throws {
    let routes = try document("phone -> desk.music -> meter -> speaker", "phone.track->redis")
    let cases: [(LinkID, JSON)] = [
      ("phone.audio->desk.music", ["desk -> meter -> speaker", "phone.track->redis"]),
      ("desk.audio->meter.audio", ["phone -> desk.music", "meter -> speaker", "phone.track->redis"]),
      ("meter -> speaker", ["phone -> desk.music -> meter", "phone.track->redis"]),
      ("phone.track -> redis", ["phone -> desk.music -> meter -> speaker"]),
    ]
    for (id, links) in cases {
      let edited = try routes.applying(.removeLink(id))
      #expect(edited.json["links"] == links)
      #expect(edited.removedLinks == [try routes.link(named: id).id])
      let after = try read(edited.json).links
      #expect(after == routes.links.filter { $0.id != edited.removedLinks[0] })
    }
  }

  @Test func `a link written as an object goes as a whole`() throws {
    let routes = try document(["from": "phone.volume", "to": "speaker.volume"], "phone -> speaker")
    #expect(try routes.applying(.removeLink("phone.volume->speaker.volume")).json["links"] == ["phone -> speaker"])
  }

  @Test func `removing a node takes its links along and says which`() throws {
    let routes = try document("phone -> desk.music -> meter -> speaker", "meter.levels -> redis", "phone.track->redis")
    let edited = try routes.applying(.removeNode("meter"))
    #expect(edited.json["nodes"]?["meter"] == nil)
    #expect(edited.json["links"] == ["phone -> desk.music", "phone.track->redis"])
    #expect(
      edited.removedLinks == ["desk.audio->meter.audio", "meter.audio->speaker.audio", "meter.levels->redis.events"])
    _ = try read(edited.json)
  }

  @Test func `a renamed node keeps its place and its links`() throws {
    let routes = try document(
      "phone->desk.music  ->  meter -> speaker", ["from": "phone.volume", "to": " speaker.volume"], "speaker -> phone")
    let edited = try routes.applying(.renameNode("speaker", to: "kitchen-speaker"))
    #expect(edited.json["nodes"]?.members?.map(\.key) == ["phone", "desk", "meter", "kitchen-speaker", "redis"])
    #expect(
      edited.json["links"] == [
        "phone->desk.music  ->  meter -> kitchen-speaker",
        ["from": "phone.volume", "to": " kitchen-speaker.volume"], "kitchen-speaker -> phone",
      ])
    let back = try read(edited.json).applying(.renameNode("kitchen-speaker", to: "speaker"))
    #expect(back.json == routes.json)
  }

  @Test func `links are added last, and the list is made where there is none`() throws {
    let routes = try read(["version": 1, "nodes": nodes])
    let edited = try routes.applying(.addLink(from: " phone ", to: "speaker.audio"))
    #expect(edited.json["links"] == ["phone -> speaker.audio"])
    #expect(try read(edited.json).applying(.addLink(from: "phone.track", to: "redis")).json["links"]?.items?.count == 2)
  }

  @Test func `nodes are added, replaced where they stand, and patched`() throws {
    let routes = try document()
    let added = try routes.applying(.setNode("new", ["type": "meter"])).json
    #expect(added["nodes"]?.members?.last == .init("new", ["type": "meter"]))
    let replaced = try routes.applying(.setNode("meter", ["type": "meter", "label": "M"])).json
    #expect(replaced["nodes"]?.members?.map(\.key) == nodes.members?.map(\.key))
    #expect(replaced["nodes"]?["meter"] == ["type": "meter", "label": "M"])
    let patched = try read(replaced).applying(.patchNode("meter", ["label": .null, "disabled": true])).json
    #expect(patched["nodes"]?["meter"] == ["type": "meter", "disabled": true])
  }

  @Test(
    arguments: [
      (.removeNode("metr"), "did you mean \"meter\"?"), (.patchNode("spekaer", [:]), "did you mean \"speaker\"?"),
      (.renameNode("phne", to: "x"), "did you mean \"phone\"?"), (.renameNode("phone", to: "meter"), nil),
      (.renameNode("phone", to: "My Phone"), "an id holds a-z, 0-9 and -, and begins with a letter"),
      (.removeLink("phone -> spaeker"), "did you mean \"phone->speaker\"?"), (.removeLink("a -> b -> c"), "name one"),
      (.removeLink("phone.audio->speaker.audi"), "did you mean \"phone.audio->speaker.audio\"?"),
      (.addLink(from: "a -> b", to: "c"), nil), (.addLink(from: "", to: "c"), nil),
    ] as [(DocumentEdit, String?)])
  func `what is not there is refused with what was meant`(edit: DocumentEdit, hint: String?) throws {
    let routes = try document("phone -> speaker")
    do throws(Problem) {
      _ = try routes.applying(edit)
      Issue.record("\(edit) was taken")
    } catch {
      #expect(error.hint == hint)
    }
  }

  @Test func `random removals leave exactly the other links`() throws {
    var random = SeededGenerator(seed: 31)
    let inner = ["meter", "desk.music", "desk.voice", "meter.audio"]
    for _ in 0..<rounds(300) {
      var chain = ["phone"]
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let next = inner.randomElement(using: &random) ?? ""
        if !chain.contains(where: { $0.prefix(4) == next.prefix(4) }) { chain.append(next) }
      }
      let text = (chain + ["speaker"]).joined(separator: Bool.random(using: &random) ? " -> " : "->")
      let routes = try document("phone.track -> redis", .string(text), "speaker -> phone")
      guard let gone = routes.links.randomElement(using: &random) else { continue }
      let edited = try routes.applying(.removeLink(gone.id))
      #expect(try read(edited.json).links == routes.links.filter { $0 != gone })
    }
  }
}
