import Support
import Testing

@testable import AriaCast

@Suite struct TXTStringsTests {
  static func texts(_ pairs: [(key: String, value: String)]) -> [String] {
    TXTStrings(pairs).strings.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `pairs become strings in their order`() {
    #expect(
      Self.texts([("version", "1.0"), ("codecs", "PCM"), ("empty", "")]) == ["version=1.0", "codecs=PCM", "empty="])
    #expect(TXTStrings([]) == TXTStrings([]))
    #expect(TXTStrings([]).strings.isEmpty)
  }

  @Test func `a value may hold anything, a key only printable ASCII without an equals sign`() {
    #expect(Self.texts([("name", "Küche = \"1\" 🎵")]) == ["name=Küche = \"1\" 🎵"])
    let record = TXTStrings([("", "a"), ("a=b", "c"), ("ü", "d"), ("tab\t", "e"), ("fine", "f")])
    #expect(record.strings == [Array("fine=f".utf8)])
    #expect(record.dropped == ["", "a=b", "ü", "tab\t"])
  }

  @Test func `of keys that differ in case only the first counts`() {
    let record = TXTStrings([("Name", "one"), ("name", "two"), ("NAME", "three")])
    #expect(record.strings == [Array("Name=one".utf8)])
    #expect(record.dropped == ["name", "NAME"])
  }

  @Test func `the largest string has 255 bytes and ends with a whole character`() {
    #expect(TXTStrings([("k", String(repeating: "x", count: 253))]).strings.first?.count == 255)
    #expect(TXTStrings([("k", String(repeating: "x", count: 254))]).strings.first?.count == 255)
    #expect(TXTStrings([("k", String(repeating: "x", count: 252) + "ü")]).strings.first?.count == 254)
    #expect(TXTStrings([(String(repeating: "k", count: 254), "value")]).strings.first?.count == 255)
    #expect(TXTStrings([(String(repeating: "k", count: 255), "value")]).dropped.count == 1)
  }

  @Test func `what would not fit one packet is left out and named`() {
    let record = TXTStrings((0..<10).map { ("key\($0)", String(repeating: "x", count: 250)) })
    #expect(record.strings.count == 5)
    #expect(record.dropped == ["key5", "key6", "key7", "key8", "key9"])
  }

  @Test func `ten thousand random pairs never break a limit`() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<Effort.times(1_000) {
      let pairs = (0..<10).map { _ in (key: Self.text(upTo: 12, &random), value: Self.text(upTo: 300, &random)) }
      let record = TXTStrings(pairs)
      #expect(record.strings.count + record.dropped.count == pairs.count)
      #expect(record.strings.allSatisfy { $0.count <= TXTStrings.longest && $0.contains(UInt8(ascii: "=")) })
      #expect(record.strings.reduce(0) { $0 + $1.count + 1 } <= TXTStrings.largest)
      #expect(record.strings.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    }
  }

  /// Mostly ASCII, some of everything else.
  private static func text(upTo length: Int, _ random: inout SeededGenerator) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...length, using: &random) {
      let isPlain = Int.random(in: 0..<20, using: &random) > 0
      let range: ClosedRange<UInt32> = isPlain ? 0x20...0x7E : 0...0x2FFFF
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
    }
    return String(text)
  }
}
