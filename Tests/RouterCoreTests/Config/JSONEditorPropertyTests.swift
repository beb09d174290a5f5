import Support
import Testing

@testable import RouterCore

@Suite struct JSONEditorPropertyTests {
  @Test func `random documents become the new value, and what did not change keeps its bytes`() throws {
    var writer = RandomDocument(seed: 21)
    for _ in 0..<rounds(20_000) {
      let (old, text) = writer.document()
      let new = writer.changed(old)
      let result = try edited(text, as: new)
      check(writer.pieces.filter { isSame(JSONPointer(steps: $0.key), old, new) }, in: result)
      if old.means(new) { #expect(result == text) }
    }
  }

  @Test func `any value can follow any other`() throws {
    var writer = RandomDocument(seed: 22)
    for _ in 0..<rounds(3_000) {
      let (_, text) = writer.document()
      let new = writer.value(depth: 0)
      _ = try edited(text, as: new)
    }
  }

  @Test func `long sequences of edits keep the comments of what was never touched`() throws {
    var writer = RandomDocument(seed: 23)
    for _ in 0..<rounds(100) {
      var (value, text) = writer.document()
      var untouched = writer.pieces
      for _ in 0..<30 {
        let new = writer.changed(value)
        untouched = untouched.filter { isSame(JSONPointer(steps: $0.key), value, new) }
        text = try edited(text, as: new)
        value = new
        check(untouched, in: text)
      }
    }
  }

  /// The text after the edit, without the safety net of `rewrite`.
  private func edited(_ text: [UInt8], as new: JSON) throws -> [UInt8] {
    let reading = JSONReader.read(text)
    try #require(reading.problems.isEmpty, "\(String(decoding: text, as: UTF8.self))")
    let root = try #require(reading.root)
    let result = JSONEditor(text: text, root: root).edited(root, as: new)
    let check = JSONReader.read(result)
    let isRight = check.problems.isEmpty && check.root?.json.means(new) == true
    try #require(
      isRight,
      "\(check.problems)\n\(String(decoding: text, as: UTF8.self))\n=>\n\(String(decoding: result, as: UTF8.self))")
    return result
  }

  private func isSame(_ pointer: JSONPointer, _ old: JSON, _ new: JSON) -> Bool {
    guard let before = old[pointer], let after = new[pointer] else { return false }
    return before.means(after)
  }

  private func check(_ pieces: [[String]: [String]], in text: [UInt8]) {
    let whole = String(decoding: text, as: UTF8.self)
    for (path, pieces) in pieces {
      let lost = pieces.first { !whole.contains($0) }
      if let lost { Issue.record("\(path): \(lost)\nis gone from\n\(whole)") }
    }
  }
}
