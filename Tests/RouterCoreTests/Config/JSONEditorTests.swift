import Testing

@testable import RouterCore

private func edit(_ text: String, _ change: (inout JSON) -> Void) -> String {
  guard var json = JSONReader.read(Array(text.utf8)).root?.json else { return "unreadable" }
  change(&json)
  return String(decoding: JSONEditor.rewrite(Array(text.utf8), as: json), as: UTF8.self)
}

private func patch(_ text: String, _ patch: JSON) -> String { edit(text) { $0 = $0.patched(by: patch) } }

private let sample = """
  // the house
  {
    "version": 1,   // stays
    "nodes": { // all of them
      // A phone.
      "phone": { "type": "ariacast.receiver", "gain": 1.50 },

      // Loud.
      "speaker": { "type": "alsa.sink" }, // in the kitchen
      "web": { "type": "http.stream" },
    },
    "links": [
      "phone -> speaker", // music
      /* radio */ "phone -> web",
    ],
  }
  // the end

  """

@Suite struct JSONEditorTests {
  @Test func `nothing changed is the same text, also with another spelling of a number`() {
    #expect(edit(sample) { _ in } == sample)
    #expect(patch(sample, ["version": 1.0]) == sample)
    #expect(patch(sample, ["nodes": ["phone": ["gain": 1.5]]]) == sample)
  }

  @Test func `a changed value leaves everything else alone`() {
    #expect(
      patch(sample, ["nodes": ["speaker": ["type": "null"]]])
        == sample.replacing("\"alsa.sink\"", with: "\"null\""))
    #expect(patch(sample, ["version": 2]) == sample.replacing("1,   //", with: "2,   //"))
  }

  @Test func `a new member comes last on a line of its own`() {
    #expect(
      patch(sample, ["nodes": ["mdns": ["type": "avahi.advertiser"]]])
        == sample.replacing(
          "\"http.stream\" },\n", with: "\"http.stream\" },\n    \"mdns\": { \"type\": \"avahi.advertiser\" },\n"))
  }

  @Test func `a new member of a one-line object stays on the line`() {
    #expect(
      patch(sample, ["nodes": ["speaker": ["position": ["x": 1, "y": 2]]]])
        == sample.replacing("\"alsa.sink\"", with: "\"alsa.sink\", \"position\": { \"x\": 1, \"y\": 2 }"))
  }

  @Test func `a line that would grow beyond 120 columns is broken`() {
    let long = String(repeating: "a", count: 100)
    let result = patch(sample, ["nodes": ["speaker": ["label": .string(long)]]])
    let wanted = """
          "speaker": {
            "type": "alsa.sink",
            "label": "\(long)"
          }, // in the kitchen

      """
    #expect(result.contains(wanted.split(separator: "\n").joined(separator: "\n")))
    #expect(result.contains("// the house") && result.contains("// A phone."))
  }

  @Test func `a removed member takes its line and its comments along`() {
    #expect(
      patch(sample, ["nodes": ["web": .null]])
        == sample.replacing("\n    \"web\": { \"type\": \"http.stream\" },", with: ""))
    #expect(
      patch(sample, ["nodes": ["phone": .null]])
        == sample.replacing(
          "\n    // A phone.\n    \"phone\": { \"type\": \"ariacast.receiver\", \"gain\": 1.50 },", with: ""))
  }

  @Test func `a comment above a group stays with the group`() {
    let result = patch(sample, ["nodes": ["speaker": .null]])
    #expect(result.contains("    // Loud.\n    \"web\"") && !result.contains("kitchen"))
  }

  @Test func `a comment that an empty line parts from its element stays`() {
    let text = "{\n  // section\n\n  // own\n  \"a\": 1,\n  // b\n  \"b\": 2\n}\n"
    #expect(patch(text, ["a": .null]) == "{\n  // section\n  // b\n  \"b\": 2\n}\n")
  }

  @Test func `a member that only got another key keeps its place and its comments`() {
    let result = edit(sample) { json in
      guard let node = json["nodes"]?["phone"] else { return }
      json = json.patched(by: ["nodes": .object([.init("phone", .null), .init("kitchen-phone", node)])])
    }
    #expect(result == sample.replacing("\"phone\": {", with: "\"kitchen-phone\": {"))
  }

  @Test func `items are removed, added and moved with their comments`() {
    #expect(
      patch(sample, ["links": ["phone -> web"]]) == sample.replacing("    \"phone -> speaker\", // music\n", with: ""))
    #expect(
      patch(sample, ["links": ["phone -> web", "phone -> speaker"]])
        == sample.replacing(
          "    \"phone -> speaker\", // music\n    /* radio */ \"phone -> web\",\n",
          with: "    /* radio */ \"phone -> web\",\n    \"phone -> speaker\", // music\n"))
    #expect(
      patch(sample, ["links": ["phone -> speaker", "phone -> web", "a -> b"]])
        == sample.replacing("\"phone -> web\",\n", with: "\"phone -> web\",\n    \"a -> b\",\n"))
    #expect(
      patch(sample, ["links": ["phone -> gain", "gain -> speaker", "phone -> web"]])
        == sample.replacing(
          "\"phone -> speaker\", // music\n", with: "\"phone -> gain\", // music\n    \"gain -> speaker\",\n"))
  }

  @Test(
    arguments: [
      ("{}", ["a": 1], "{\n  \"a\": 1\n}"), (#"{"a":{}}"#, ["a": ["b": 1]], #"{"a":{ "b": 1 }}"#),
      ("{\n\t\"a\": {}\n}", ["a": ["b": [:]]], "{\n\t\"a\": { \"b\": {} }\n}"),
      ("{\n\t\"a\": {}\n}", ["a": ["b": ["c": 1]]], "{\n\t\"a\": {\n\t\t\"b\": { \"c\": 1 }\n\t}\n}"),
      (#"{"a":1,"b":2}"#, ["c": 3], #"{"a":1,"b":2,"c":3}"#), (#"{ "a": [1, 2] }"#, ["a": [2]], #"{ "a": [2] }"#),
      (#"{ "a": 1, "b": 2 }"#, ["a": nil], #"{ "b": 2 }"#), (#"{ "a": 1, "b": 2 }"#, ["b": nil], #"{ "a": 1 }"#),
      (#"{ "a": 1 }"#, ["a": nil], "{}"), ("{ // x\n}", ["a": 1], "{ // x\n  \"a\": 1\n}"),
      ("{\n  // put nodes here\n}", ["a": 1], "{\n  // put nodes here\n  \"a\": 1\n}"),
      ("{\n  \"a\": 1 // x\n}", ["b": 2], "{\n  \"a\": 1, // x\n  \"b\": 2\n}"),
      ("{\n  \"a\": 1, // x\n  \"b\": 2 // y\n}", ["b": nil], "{\n  \"a\": 1 // x\n}"),
      ("{ \"a\": 1, // x\n  \"b\": 2 }", ["b": nil], "{ \"a\": 1 // x\n}"),
      ("{\r\n  \"a\": 1\r\n}\r\n", ["b": 2], "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n"),
      ("\u{FEFF}{\"a\": 1}", ["a": 2], "\u{FEFF}{\"a\": 2}"), ("{\"\\u0061\": 1}", ["a": 2], "{\"\\u0061\": 2}"),
      ("{\n  \"a\": 1\n  , \"b\": 2\n}", ["b": nil], "{\n  \"a\": 1\n  \n}"),
    ] as [(String, [String: JSON?], String)])
  func `small texts change as a careful person would`(text: String, change: [String: JSON?], wanted: String) {
    let result = patch(text, .object(change.map { JSON.Member($0.key, $0.value ?? .null) }))
    #expect(result == wanted)
  }

  @Test func `a text with problems is written anew`() {
    #expect(edit("{ a: 1 }") { $0 = ["b": 2] } == "{\n  \"b\": 2\n}\n")
    #expect(JSONEditor.rewrite([], as: ["b": 2]) == Array("{\n  \"b\": 2\n}\n".utf8))
  }

  @Test(
    arguments: [
      (["a": 1, "b": 2], ["b": 2.0, "a": 1], true), ([1, 2], [2, 1], false), ("e\u{301}", "\u{E9}", false),
      (["a": 1], ["a": 1, "b": .null], false), (.null, false, false), (1, "1", false),
    ] as [(JSON, JSON, Bool)])
  func `values mean the same whatever their order and spelling`(a: JSON, b: JSON, isSame: Bool) {
    #expect(a.means(b) == isSame && b.means(a) == isSame)
  }
}
