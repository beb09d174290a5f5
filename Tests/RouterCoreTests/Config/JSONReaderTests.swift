import RouterCore
import Testing

private func strict(_ text: String) -> JSON? { try? JSON(strict: Array(text.utf8)) }

private func messages(_ text: String, _ dialect: JSONReader.Dialect = .document) -> [String] {
  JSONReader.read(Array(text.utf8), dialect).problems.map { $0.text(file: "f") }
}

private let legal: [(String, JSON)] = [
  ("null", .null), ("true", true), (" false\n", false), ("0", 0), ("-0", 0), ("-12", -12),
  ("9223372036854775807", 9_223_372_036_854_775_807), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
  ("1.0", .number(1)), ("1e2", .number(100)), ("1E+2", .number(100)), ("1.5e-1", .number(0.15)),
  ("-0.0", .number(0)), ("1e-400", .number(0)), ("123.456", .number(123.456)),
  (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
  (#""\ud83d\ude00""#, "😀"), (#""\u0000""#, "\0"), (#""é€😀""#, "é€😀"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
  ("[]", []), ("[ ]", []), ("[1,[2],{}]", [1, [2], [:]]), ("{}", [:]),
  (#"{"a":1,"b":{"c":[true,null]}}"#, ["a": 1, "b": ["c": [true, .null]]]), (#"{"":0}"#, ["": 0]),
]

@Suite struct JSONReaderTests {
  @Test(arguments: legal)
  func `strict JSON reads`(text: String, value: JSON) {
    #expect(strict(text) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "True", "TRUE", "01", "-01", "+1", ".5", "1.", "1.e1", "1e", "1e+", "-", "--1", "0x10", "1_000",
    "NaN",
    "Infinity", "-Infinity", "1e400", "1 2", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "\"\t\"", "\"\u{0}\"", "'a'", "[", "]", "[1", "[1,", "[1,]",
    "[,1]", "[,]",
    "[1,,2]", "[1 2]", "[1}", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
    "{\"a\" 1}",
    "{\"a\":}", "{1:1}", "{\"a\":1 \"b\":2}", "{:1}", "{\"a\":1]", "{\"a\"}", "{,}", "{\"a\":1,\"a\":2}", "// c\n1",
    "/* c */ 1",
    "1 // c", "[1] x", "\u{FEFF}1", "#", "{[1]:2}", "{{}}", "\\", "\u{a0}1", "[\"\\", "{\"a\":1}}", "[1]]", "@é",
  ])
  func `what is not strict JSON is refused`(text: String) {
    #expect(strict(text) == nil)
  }

  @Test func `bytes that are not UTF-8 are refused at their place`() {
    for bad in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]] {
      let reading = JSONReader.read(Array("[1,\n \"é".utf8) + bad + Array("\"]".utf8))
      #expect(reading.problems.map { $0.text(file: "f") } == ["f:2:4: error: the text is not UTF-8"])
      #expect(!reading.isPlain)
    }
    #expect(!JSONReader.read([0xFF]).problems.isEmpty)
    #expect(!JSONReader.read(Array("{".utf8) + [0xE2, 0x82]).problems.isEmpty)
  }

  @Test func `a document may hold comments, trailing commas and a byte order mark`() {
    let text = "\u{FEFF}// one\r{ /* two\n*/ \"a\": [1, 2, /**/], // three\n \"b\": {\"c\": 1,},\n}// four"
    let reading = JSONReader.read(Array(text.utf8))
    #expect(reading.problems.isEmpty)
    #expect(reading.isPlain)
    #expect(reading.root?.json == ["a": [1, 2], "b": ["c": 1]])
  }

  @Test func `several mistakes are told at once`() {
    let text = """
      {
        a: 1,
        'b': 2
        "c": True,
        "d": 01,
        "e": "x\\y",
        "f": [1, 2,, 3],
        "g" = 4,
        "h": ,
        "i": "open,
        "j": word,
        "k": [1, 2 ]
      """
    #expect(
      messages(text) == [
        "f:2:3: error: expected a key in double quotes, found a",
        "f:3:3: error: a key stands in double quotes",
        #"f:4:3: error: expected "," before this"#,
        "f:4:8: error: unknown word True (did you mean true?)",
        "f:5:8: error: 01 is not a number (without leading zeros)",
        #"f:6:10: error: a backslash before what it cannot escape (write \\ for a backslash)"#,
        "f:7:14: error: a comma without a value before it",
        #"f:8:7: error: expected ":" after the key"#,
        "f:9:8: error: expected a value",
        "f:10:8: error: the text is not closed on its line",
        #"f:11:3: error: expected "," before this"#,
        "f:11:8: error: a text stands in double quotes, found word",
      ])
  }

  @Test func `only the innermost open bracket is told`() {
    #expect(messages("{\"a\": [\n  {") == [#"f:2:3: error: "{" is not closed"#])
    #expect(messages("[ /* x") == ["f:1:3: error: the comment is not closed"])
    #expect(messages("[ \"x") == ["f:1:3: error: the text is not closed on its line"])
  }

  @Test func `mistakes whose meaning is plain leave a value to check`() {
    let reading = JSONReader.read(Array("{a: 1 'b': [TRUE]}".utf8))
    #expect(reading.isPlain)
    #expect(reading.root?.json == ["a": 1, "b": [true]])
    #expect(!JSONReader.read(Array("{\"a\": [1}".utf8)).isPlain)
  }

  @Test func `repeated keys are told with their path`() {
    #expect(
      messages("{\"a\": {\"x/y\": 1, \"b\": [{\"c\": 1,\n\"c\": 2}], \"x/y\": 3}}") == [
        #"f:2:1: error: a.b[0].c: repeated key (first on line 1)"#,
        #"f:2:11: error: a."x/y": repeated key (first on line 1)"#,
      ])
  }

  @Test func `columns count characters whatever ends the lines`() {
    let text = "{\r\n\t\"é€😀\": 1,\r  \"b\": 2,\n\t\t\"c\": [\n]}"
    guard case .object(let members)? = JSONReader.read(Array(text.utf8)).root?.content else {
      Issue.record("no object")
      return
    }
    let places = members.flatMap { [$0.keyPlace, $0.value.place] }
    #expect(places.map { [$0.line, $0.column] } == [[2, 2], [2, 9], [3, 3], [3, 8], [4, 3], [4, 8]])
    let bytes = Array(text.utf8)
    #expect(
      places.map { String(decoding: bytes[$0.range], as: UTF8.self) } == [
        "\"é€😀\"", "1", "\"b\"", "2", "\"c\"", "[\n]",
      ])
  }

  @Test func `64 levels are read and 65 are not`() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let inner = open == "[" ? "" : "1"
      let legal = String(repeating: open, count: 64) + inner + String(repeating: close, count: 64)
      #expect(messages(legal, .strict).isEmpty)
      let deep = String(repeating: open, count: 65) + inner + String(repeating: close, count: 65)
      #expect(
        messages(deep, .strict) == ["f:1:\(64 * open.count + (open == "[" ? 1 : 1)): error: nested more than 64 deep"])
    }
    #expect(messages(String(repeating: "[", count: 100_000)).count == 1)
  }

  @Test func `a text of the largest size is read and one more byte is not`() {
    var limits = JSONReader.Limits()
    limits.bytes = 1000
    let legal = [UInt8](repeating: 32, count: 999) + [UInt8(ascii: "1")]
    #expect(JSONReader.read(legal, .strict, limits: limits).problems.isEmpty)
    let reading = JSONReader.read([32] + legal, .strict, limits: limits)
    #expect(reading.root == nil)
    #expect(reading.problems.map(\.message) == ["the text has 1001 bytes, 1000 are allowed"])
  }

  @Test func `a flood of mistakes stops at the limit`() {
    #expect(messages("[" + String(repeating: "@,", count: 10_000) + "]").count == 51)
    #expect(messages("{" + String(repeating: "\"a\":1,", count: 1000) + "}").count == 50)
    #expect(messages(String(repeating: "[@", count: 60)).count == 51)
  }
}
