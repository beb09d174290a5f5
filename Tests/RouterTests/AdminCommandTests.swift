import RouterCore
import Testing

@testable import router

private func arguments(_ words: [String], _ command: any Command.Type = StatusCommand.self) throws -> Arguments {
  try Arguments(words, for: command)
}

@Suite struct AdminCommandTests {
  @Test(arguments: [
    ([], "http://127.0.0.1:8700"), (["--url", "https://house:8700/"], "https://house:8700"),
    (["--url", "house:1"], "http://house:1"),
  ])
  func `the address of the router is completed`(words: [String], url: String) throws {
    #expect(try AdminClient(arguments(words)).url == url)
  }

  @Test(arguments: ["ftp://house", "http://", "http://house/api", ""])
  func `what is no address is wrong usage`(url: String) throws {
    let arguments = try arguments(["--url", url])
    #expect(throws: UsageError.self) { try AdminClient(arguments) }
  }

  @Test func `options become one merge patch`() throws {
    let patch = try SetCommand.patch([
      "gainDb=-3.5", "mute=true", "name=Living Room", "label=\"5\"", "note=", "limits.connections=5",
      "limits.idle=null",
      "url=http://a/?b=c",
    ])
    #expect(
      patch == [
        "gainDb": -3.5, "mute": true, "name": "Living Room", "label": "5", "note": "",
        "limits": ["connections": 5, "idle": .null], "url": "http://a/?b=c",
      ])
  }

  @Test(arguments: ["gainDb", "=5", "a..b=1", ".a=1", "a.=1"])
  func `what is no option is wrong usage`(word: String) {
    #expect(throws: UsageError.self) { try SetCommand.patch([word]) }
  }

  @Test func `ids of links survive in an address`() {
    #expect("phone.audio->a b/ü%".percentEncoded == "phone.audio-%3Ea%20b%2F%C3%BC%25")
  }

  @Test func `a refusal is told as a compiler does, with its fixes`() {
    let document: JSON = [
      "title": "Refused", "detail": "2 problems",
      "problems": [
        [
          "severity": "error", "path": "nodes.a.gainDb", "pointer": "/nodes/a/gainDb", "message": "out of range",
          "hint": "at most 24", "fix": ["nodes": ["a": ["gainDb": 24]]],
        ],
        ["severity": "warning", "path": "version", "line": 2, "column": 3, "message": "is missing"],
      ],
    ]
    let refusal = AdminRefusal(status: 422, document, from: "http://x")
    #expect(
      refusal.text(command: "set") == """
        error: nodes.a.gainDb: out of range (at most 24)
          fix: {"nodes":{"a":{"gainDb":24}}}
        routes.json:2:3: warning: version: is missing
        """)
    #expect(AdminRefusal(status: 500, nil, from: "http://x").text(command: "set") == "router set: http://x answers 500")
    #expect(
      AdminRefusal(status: 401, ["title": "A token is needed"], from: "http://x").text(command: "set")
        == "router set: A token is needed (--token, or ROUTER_TOKEN)")
  }

  @Test func `an answer says what changed`() {
    let answer: JSON = [
      "revision": 5,
      "applied": ["added": ["gain"], "removed": [], "replaced": [], "updated": ["a", "b"], "kept": ["c"]],
      "linksAdded": ["a.audio->gain.audio"], "linksRemoved": [], "warnings": [],
    ]
    #expect(
      AdminChange.text(answer) == "revision 5: added gain; updated a, b; linked a.audio->gain.audio")
    #expect(AdminChange.text(["dryRun": true, "linksRemoved": ["x"]]) == "would change: unlinked x")
    #expect(AdminChange.text(["revision": 2]) == "revision 2: nothing that runs")
  }

  @Test func `status shows what does not run, with its reason`() {
    let graph: JSON = [
      "revision": 3,
      "nodes": [
        ["id": "web", "type": "http.stream", "state": "running", "addresses": ["127.0.0.1:8090"]],
        [
          "id": "speaker", "type": "alsa.sink", "state": "waiting", "reason": "no card", "hint": "plug one in",
          "nextTry": "12:00",
        ],
      ],
      "links": [["id": "a->b", "notCarried": "opus"]],
      "streams": [["id": 4, "node": "web", "peer": "1.2.3.4:5", "format": "pcm", "label": "x"]],
    ]
    #expect(
      StatusCommand.text(graph, url: "http://h", missing: ["node speaker is waiting"]) == """
        http://h  revision 3  not ready
          node speaker is waiting

        NODE
          web      http.stream  running  127.0.0.1:8090
          speaker  alsa.sink    waiting  no card; plug one in; next try 12:00

        STREAM
          4  web  1.2.3.4:5  pcm  x

        NOT CARRIED
          a->b  opus
        """)
  }

  @Test func `the running graph is drawn as its document would be`() {
    let graph: JSON = [
      "nodes": [["id": "a", "type": "tone"], ["id": "b", "type": "null", "label": "B"]],
      "links": [["id": "a.audio->b.audio", "from": "a.audio", "to": "b.audio", "kind": "audio"]],
    ]
    #expect(GraphDrawing(graph).text(as: .text) == "a  tone\n   .audio -> b.audio\nb  null")
  }
}
