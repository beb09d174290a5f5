import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct AnswerReaderTests {
  private func json(_ text: String) throws -> JSON {
    var reader = AnswerReader(Array(text.utf8))
    let value = try reader.json()
    try reader.end()
    return value
  }

  @Test(arguments: [
    "{\"a\":[1,2.5,-3,\"x\",true,false,null,{}],\"b\":{\"c\":[]}}", "[]", "\"\"", "0", "-1.5e-3", "[[[[]]]]",
    "{\"text\":\"h\\u00e9 \\ud83d\\ude00 \\n\\\"\\\\\\/\"}",
  ])
  func `it reads what the strict reader reads`(text: String) throws {
    #expect(try json(text).means(try JSON(strict: Array(text.utf8))))
  }

  @Test func `every cut answer is refused`() throws {
    let text = Recorded.bytes("02b-srt-pub-steady.srtconns-list").filter { $0 != 0x20 && $0 != 0x0A }
    #expect(!text.isEmpty)
    for length in 0..<text.count {
      #expect(throws: AnswerFlaw.self) {
        _ = try Recorded.connections(.srtConns, in: Array(text[..<length]))
      }
    }
  }

  @Test func `random bytes never trap`() {
    var generator = SeededGenerator(seed: 7)
    let seed = Recorded.bytes("05-mixed-protocols.paths-list")
    for _ in 0..<3000 {
      var text = seed
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        text[Int.random(in: text.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? ListPage<MediaPath>.read(text) { reader throws(AnswerFlaw) in try MediaPath.read(&reader) }
    }
  }

  @Test func `counters keep all 64 bits, and what is none is nothing`() throws {
    func counter(_ text: String) throws -> UInt64? {
      var reader = AnswerReader(Array(text.utf8))
      return try reader.counter()
    }
    #expect(try counter("18446744073709551615") == .max)
    #expect(try counter("18446744073709551616") == .max)
    #expect(try counter("12.9") == 12)
    #expect(try counter("-1") == nil)
    #expect(try counter("\"7\"") == nil)
    #expect(try counter("null") == nil)
  }

  @Test func `nesting has an end`() {
    #expect(throws: AnswerFlaw.self) { try json(String(repeating: "[", count: 100_000)) }
  }

  @Test func `a list without items, and one behind which something follows, is none`() {
    for text in ["{}", "[]", "{\"status\":\"error\"}", "{\"items\":[]}x", "404 page not found", ""] {
      #expect(throws: AnswerFlaw.self) { _ = try Recorded.connections(.srtConns, in: Array(text.utf8)) }
    }
  }

  @Test func `what a server says of a refusal is found in both forms`() {
    #expect(ErrorAnswer.text(Recorded.bytes("07-err-401-no-credentials")) == "authentication error")
    #expect(ErrorAnswer.text(Recorded.bytes("v1.13.1-err-404-path")) == "path not found")
    #expect(ErrorAnswer.text(Array("404 page not found".utf8)) == nil)
  }

  @Test func `times are read with any number of digits`() {
    #expect(
      WallTime(rfc3339: "2026-11-20T15:05:58.349884419Z") == WallTime(seconds: 1_795_187_158, nanoseconds: 349_884_419))
    #expect(WallTime(rfc3339: "2027-01-01T00:00:00.1Z") == WallTime(seconds: 1_798_761_600, nanoseconds: 100_000_000))
    #expect(WallTime(rfc3339: "1970-01-01T01:00:00+01:00") == WallTime(seconds: 0))
    #expect(WallTime(rfc3339: "2024-02-29T23:59:59Z") == WallTime(seconds: 1_709_251_199))
    for text in ["0001-01-01T00:00:00Z", "", "2026-11-20", "2026-11-20T15:05:58", "2026-13-20T15:05:58Z"] {
      #expect(WallTime(rfc3339: text) == nil)
    }
  }
}
