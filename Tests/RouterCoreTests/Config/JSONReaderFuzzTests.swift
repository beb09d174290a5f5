import RouterCore
import Support
import Testing

private let sample = """
  {
    // comment
    "version": 1, "ünï": "\\ud83d\\ude00 \\"x\\" é😀",
    "nodes": { "a": [1, -2.5e3, true, false, null, {}, []], /* c */ "b": {"c": "d",}, },
  }
  """

@Suite struct JSONReaderFuzzTests {
  @Test func `every prefix of a document ends in a problem and not in a crash`() {
    let bytes = Array(sample.utf8)
    for count in bytes.indices {
      let reading = JSONReader.read(Array(bytes[..<count]))
      #expect(!reading.problems.isEmpty, "prefix of \(count)")
    }
    #expect(JSONReader.read(bytes).problems.isEmpty)
  }

  @Test func `every prefix of compact JSON is refused and the whole reads back`() throws {
    let value = try #require(JSONReader.read(Array(sample.utf8)).root?.json)
    for text in [value.compact, value.pretty(), value.pretty(width: 10)] {
      let bytes = Array(text.utf8)
      for count in bytes.indices {
        #expect(throws: Problem.self) { try JSON(strict: Array(bytes[..<count])) }
      }
      #expect(try JSON(strict: bytes).compact == value.compact)
    }
  }

  @Test func `mutated documents never crash, and what reads without a problem writes back equal`() {
    var random = SeededGenerator(seed: 11)
    let bytes = Array(sample.utf8)
    for _ in 0..<rounds(100_000) {
      let mutated = mutate(bytes, &random)
      let dialect: JSONReader.Dialect = Bool.random(using: &random) ? .strict : .document
      let reading = JSONReader.read(mutated, dialect)
      guard reading.problems.isEmpty, let value = reading.root?.json else { continue }
      #expect((try? JSON(strict: Array(value.compact.utf8)))?.compact == value.compact)
    }
  }

  @Test func `places always lie inside the text`() {
    var random = SeededGenerator(seed: 12)
    let bytes = Array(sample.utf8)
    for _ in 0..<rounds(5_000) {
      let mutated = mutate(bytes, &random)
      let reading = JSONReader.read(mutated)
      if let root = reading.root { check(root, inside: 0..<mutated.count) }
    }
  }

  private func check(_ value: LocatedJSON, inside range: Range<Int>) {
    #expect(range.contains(value.place.range.lowerBound) && value.place.range.upperBound <= range.upperBound)
    switch value.content {
    case .array(let items): for item in items { check(item, inside: value.place.range) }
    case .object(let members):
      for member in members {
        #expect(value.place.range.contains(member.keyPlace.range.lowerBound))
        check(member.value, inside: value.place.range)
      }
    default: break
    }
  }

  /// One to four bytes changed, removed, doubled or put in, from those that matter.
  private func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    let words = Array("{}[],:\"\\/*'\n\r\t -+.0eEtfnu".utf8) + [0xFF, 0xC3, 0xE2, 0x80, 0]
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      let byte = words.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[at] = byte
      case 1: bytes.remove(at: at)
      case 2: bytes.insert(bytes[at], at: at)
      default: bytes.insert(byte, at: at)
      }
      if bytes.isEmpty { return [byte] }
    }
    return bytes
  }
}
