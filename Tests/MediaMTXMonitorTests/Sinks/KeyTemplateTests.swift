import RouterCore
import Testing

@testable import MediaMTXMonitor

@Suite struct KeyTemplateTests {
  private static func keys(_ text: String, _ event: Event) throws -> [String] {
    try KeyTemplate(json: .string(text)).records(of: event, host: "museum").map(\.key)
  }

  @Test(arguments: [
    ("mediamtx:streams:latest", "mediamtx:streams:latest"), ("{host}:{node}:{port}", "museum:sum:streams"),
    ("{source}/{event}/{key}", "sum.streams/sample/k"), ("a{name}b", "akb"), ("{name}{name}", "kk"),
  ])
  func `placeholders are filled from the event`(text: String, key: String) throws {
    #expect(try Self.keys(text, sample(["x": 1], key: "k")) == [key])
  }

  @Test func `a name comes from the value, else from the key, else it is the event's`() throws {
    #expect(try Self.keys("{name}", sample(["name": "cam"], key: "k")) == ["cam"])
    #expect(try Self.keys("{name}", sample(["stream": "cam1"], key: "k")) == ["cam1"])
    #expect(try Self.keys("{name}", sample(["name": 3])) == ["sample"])
  }

  @Test func `a list of named records is written record by record`() throws {
    let event = sample([["name": "a", "n": 1], ["name": "b/c\n", "n": 2]])
    let records = try KeyTemplate(json: "s:{name}").records(of: event, host: "h")
    #expect(records.map(\.key) == ["s:a", "s:b/c\n"])
    #expect(records.map(\.value) == [["name": "a", "n": 1], ["name": "b/c\n", "n": 2]])
    #expect(try Self.keys("s", event) == ["s"])
    #expect(try Self.keys("s:{name}", sample([["name": "a"], 3])) == ["s:sample"])
    #expect(try Self.keys("s:{name}", sample([])) == [])
  }

  @Test(arguments: ["", "{", "}", "{nam}", "a{name", "a}b{name}", "{}", "{{name}}"])
  func `braces that mean nothing are refused`(text: String) {
    #expect(throws: Mismatch.self) { try KeyTemplate(json: .string(text)) }
  }
}
