import RouterCore
import Testing

private func json(_ text: String) -> JSON { (try? JSON(strict: Array(text.utf8))) ?? "unreadable" }

@Suite struct JSONPatchTests {
  /// RFC 7396 appendix A.
  @Test(arguments: [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
    (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
    (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ])
  func `a merge patch does what the standard shows`(original: String, patch: String, result: String) {
    #expect(json(original).patched(by: json(patch)) == json(result))
  }

  /// RFC 6901 section 5.
  @Test func `a pointer names what the standard shows`() throws {
    let document = json(
      #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#)
    let values: [(String, JSON)] = [
      ("", document), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
      ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
    ]
    for (text, value) in values {
      let pointer = try #require(JSONPointer(text))
      #expect(document[pointer] == value)
      #expect(pointer.description == text)
    }
    for text in ["/foo/2", "/foo/00", "/foo/-", "/foo/x", "/none", "/foo/0/x", "/foo/99999999999999999999"] {
      #expect(document[try #require(JSONPointer(text))] == nil)
    }
    for text in ["foo", "/~", "/~2", "/a~"] { #expect(JSONPointer(text) == nil) }
  }

  @Test func `pretty text keeps short lists and objects on one line`() {
    let value: JSON = [
      "a": [1, 2, 3], "b": ["x": 1, "y": true], "c": [["z": 1], []], "d": [:],
      "e": ["a long text", "another long text"],
    ]
    #expect(
      value.pretty(width: 40) == """
        {
          "a": [1, 2, 3],
          "b": { "x": 1, "y": true },
          "c": [
            { "z": 1 },
            []
          ],
          "d": {},
          "e": [
            "a long text",
            "another long text"
          ]
        }
        """)
    #expect(JSON.integer(1).pretty() == "1")
    #expect((["a": 1] as JSON).pretty() == "{\n  \"a\": 1\n}")
  }

  @Test(arguments: [
    ("rotateSecond", "rotateSeconds"), ("rotatesecondS", "rotateSeconds"), ("rotateSceonds", "rotateSeconds"),
    ("lstein", "listen"), ("tls", nil), ("x", nil), ("", nil), ("PATH", "path"),
  ])
  func `the nearest word is found`(word: String, meant: String?) {
    #expect(closest(to: word, in: ["listen", "rotateSeconds", "path", "rotateBytes", "y"]) == meant)
  }
}
