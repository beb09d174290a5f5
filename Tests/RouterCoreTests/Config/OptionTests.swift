import RouterCore
import Testing

private struct Part: Configuration, OptionValue {
  var size = 1
  var name: String?
  static var options: [Option<Self>] {
    [Option("size", \.size, 1...9, unit: "m", "How large."), Option("name", \.name, "What it is called.")]
  }
  func check() -> [Problem] {
    if size == 7 { return [Problem(path: "size", message: "brings bad luck")] }
    return size == 8 ? [.warning("size", "is nearly too large")] : []
  }
}

private struct Whole: Configuration {
  var parts = OptionMap<Part>()
  var list: [Part] = []
  var one = Part()
  var maybe: Part?
  var ratio = 0.5
  var port = OrFalse<Int>.off
  var flag = false

  static var options: [Option<Self>] {
    [
      Option("parts", \.parts, "By name."), Option("list", \.list, "In order."), Option("one", \.one, "The one."),
      Option("maybe", \.maybe, "Perhaps."), Option("ratio", \.ratio, 0...1, "Between."),
      Option("port", \.port, "Or none."), Option("flag", \.flag, "Yes or no."),
    ]
  }
}

private func told(_ json: JSON) -> [String] {
  Whole.decode(json).1.map { "\($0.pointer) \($0.text(file: ""))" }
}

@Suite struct OptionTests {
  @Test func `what is read is written back`() {
    let json: JSON = [
      "parts": ["b": ["size": 2], "a": ["size": 3, "name": "x"]], "list": [["size": 4]], "one": ["size": 5],
      "maybe": ["size": 6], "ratio": 1, "port": 80, "flag": true,
    ]
    let (whole, problems) = Whole.decode(json)
    #expect(problems.isEmpty)
    #expect(whole.json.compact == json.compact)
    #expect(whole.parts.entries.map(\.name) == ["b", "a"])
    #expect(whole.parts["a"]?.size == 3)
    #expect(whole.port.value == 80)
  }

  @Test func `defaults are written, and what is left out is not`() {
    #expect(
      Whole().json == [
        "parts": [:], "list": [], "one": ["size": 1], "ratio": .number(0.5), "port": false, "flag": false,
      ])
  }

  @Test func `problems in parts carry their whole path`() {
    #expect(
      told([
        "parts": ["a": ["size": 10], "a b": [:], "c": ["siz": 2]], "list": [["size": 1], 4, ["size": 7]],
        "one": ["size": "3"], "maybe": [], "ratio": 1.01, "port": true, "flag": "true",
      ]) == [
        "/parts/a/size error: parts.a.size: expected 1 to 9 m, found 10",
        #"/parts/a b error: parts."a b": bad name (a name begins with a small letter and holds letters, digits, - and _)"#,
        #"/parts/c/siz error: parts.c.siz: unknown key (did you mean "size"?)"#,
        "/list/1 error: list[1]: expected an object, found 4", "/list/2/size error: list[2].size: brings bad luck",
        #"/one/size error: one.size: expected a whole number, found "3" (write 3 without quotes)"#,
        "/maybe error: maybe: expected an object, found a list", "/ratio error: ratio: expected 0 to 1, found 1.01",
        "/port error: port: expected a whole number, or false, found true",
        #"/flag error: flag: expected true or false, found "true" (write true without quotes)"#,
      ])
  }

  @Test func `a part changes only what it says and a warning keeps its value`() {
    #expect(Whole.decode(["one": ["name": "x"]]).0.one.size == 1)
    let (whole, problems) = Whole.decode(["one": ["size": 8]])
    #expect(whole.one.size == 8)
    #expect(problems.isEmpty)
    #expect(Part.decode(["size": 8]).1.map { $0.text(file: "") } == ["warning: size: is nearly too large"])
  }

  @Test func `an option with a problem holds its default`() {
    let (whole, problems) = Whole.decode(["ratio": 7, "flag": true])
    #expect(problems.count == 1)
    #expect(whole.ratio == 0.5)
    #expect(whole.flag)
  }

  @Test func `what is no object is refused as a whole`() {
    #expect(Whole.decode("x").1.map(\.message) == [#"expected an object, found "x""#])
  }

  @Test(arguments: [
    (JSON.number(3), 3 as Int?), (.integer(-4), -4), (.number(3.5), nil), (.number(1e19), nil), (.string("3"), nil),
    (.bool(true), nil), (.null, nil),
  ])
  func `whole numbers are whole`(json: JSON, value: Int?) {
    #expect((try? Int(json: json)) == value)
  }

  @Test func `quoted numbers are hinted at only if they are numbers`() {
    #expect(told(["ratio": "0.5"]).first?.hasSuffix("(write 0.5 without quotes)") == true)
    for text in ["inf", "nan", "1e999", "half"] {
      #expect(told(["ratio": .string(text)]).first?.hasSuffix("\"") == true)
    }
  }

  @Test func `a problem is printed with what it knows`() {
    let problem = Problem(path: "a.b", line: 3, column: 9, message: "is wrong", hint: "make it right")
    #expect(problem.text(file: "r.json") == "r.json:3:9: error: a.b: is wrong (make it right)")
    #expect(problem.text(file: "") == "error: a.b: is wrong (make it right)")
    #expect(Problem(path: "", message: "is wrong").text(file: "r.json") == "r.json: error: is wrong")
    #expect(
      problem.json.compact
        == #"{"severity":"error","path":"a.b","pointer":"","line":3,"column":9,"message":"is wrong","hint":"make it right"}"#
    )
  }
}
