import RouterCore
import Testing

@testable import RouterWeb

@Suite struct ICYTitleTests {
  @Test func `nothing plays: one zero`() {
    #expect(ICYTitle().block == [0])
    #expect(ICYTitle().number == 0)
  }

  @Test func `a title is counted in units of 16 and filled up with NUL`() {
    let title = ICYTitle().followed(by: "Ä - B")
    #expect(title.number == 1)
    #expect(title.block == [2] + Array("StreamTitle='Ä - B';".utf8) + [UInt8](repeating: 0, count: 11))
    #expect(title.followed(by: "").block == [1] + Array("StreamTitle='';".utf8) + [0])
    #expect(title.followed(by: "").number == 2)
  }

  @Test func `a title of exactly whole units has no NUL`() {
    #expect(ICYTitle().followed(by: "x").block == [1] + Array("StreamTitle='x';".utf8))
  }

  @Test func `nothing in a title ends it early`() {
    let title = ICYTitle().followed(by: "Don't; ';StreamUrl='x';\r\n\0")
    let text = String(decoding: title.block.dropFirst(), as: UTF8.self)
    #expect(text.hasPrefix("StreamTitle='Don\u{2019}t; \u{2019};StreamUrl=\u{2019}x\u{2019};   ';"))
  }

  @Test(arguments: [4_064, 4_065, 4_066, 100_000]) func `a long title is cut at a character`(count: Int) {
    for unit in ["x", "ü", "€", "🎵"] {
      let title = ICYTitle().followed(by: String(repeating: unit, count: count / unit.utf8.count))
      #expect(title.block.count <= 1 + ICYTitle.limit)
      #expect((title.block.count - 1) % 16 == 0 && Int(title.block[0]) == (title.block.count - 1) / 16)
      let text = String(decoding: title.block.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
      #expect(text.hasSuffix("\(unit)';"))
    }
  }
}

@Suite struct FeedEntriesTests {
  @Test func `the newest place that is old enough is found`() {
    var entries = FeedEntries()
    #expect(entries.newest(upTo: .max, from: 0) == nil)
    for place in stride(from: 0, through: 10_000, by: 10) { entries.add(place) }
    #expect(entries.newest(upTo: 10_000, from: 0) == 10_000)
    #expect(entries.newest(upTo: 9_999, from: 0) == 9_990)
    #expect(entries.newest(upTo: 9_999, from: 9_991) == nil)
    #expect(entries.newest(upTo: 7_450, from: 0) == 7_450)
    // Only the newest 256 are known.
    #expect(entries.newest(upTo: 7_440, from: 0) == nil)
    entries.restart(at: 20_000)
    #expect(entries.newest(upTo: 10_000, from: 0) == nil)
    #expect(entries.newest(upTo: 20_000, from: 0) == 20_000)
  }
}
