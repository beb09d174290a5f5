import RouterCore
import Support
import Testing

@testable import SelectionPanel

/// What browsers say, in every shape.
@Suite struct BrowserWordTests {
  private func word(_ text: String) -> BrowserWord { BrowserWord(Array(text.utf8)) }

  @Test func `pages of both generations are understood`() {
    #expect(word(#"{"type":"ended","id":3}"#) == .ended(slot: 3, play: nil))
    #expect(word(#"{"type":"ended","id":3,"play":7}"#) == .ended(slot: 3, play: 7))
    #expect(word(#"{"play":7,"type":"failed"}"#) == .failed(slot: nil, play: 7))
    #expect(word(#"{"type":"hello","unlocked":true,"play":2}"#) == .hello(isLocked: false, plays: 2))
    #expect(word(#"{"type":"hello"}"#) == .hello(isLocked: true, plays: nil))
    #expect(word(#"{"type":"ping"}"#) == .ping(nil))
    #expect(word(#"{"type":"started","play":1,"ms":41.5}"#) == .started(play: 1, milliseconds: 41.5))
    #expect(word(#"{"type":"ended","id":3.0}"#) == .ended(slot: 3, play: nil))
  }

  @Test(arguments: [
    "[1]", "[]", "1", "1.5", "true", "null", #""ended""#, "{}", #"{"type":3}"#, #"{"type":"ended"}"#,
    #"{"type":"ended","id":"3"}"#, #"{"type":"ended","id":true}"#, #"{"type":"ended","id":2.5}"#,
    #"{"type":"ended","id":null}"#, #"{"type":"ended","id":1e99}"#, "", "{", "nonsense", "\u{0}",
    #"{"type":"started","play":1,"ms":-4}"#, #"{"type":"started","play":1,"ms":1e300}"#,
  ])
  func `nothing else is believed`(text: String) { #expect(word(text) == .wrong) }

  @Test func `deep and long texts are survived`() {
    #expect(word(String(repeating: "[", count: 60_000)) == .wrong)
    #expect(word(String(repeating: #"{"a":"#, count: 9_000)) == .wrong)
    #expect(BrowserWord([0xFF, 0xFE, 0x00]) == .wrong)
  }

  @Test func `messages with random damage are survived`() {
    var random = SeededGenerator(seed: 6)
    let whole = Array(#"{"type":"ended","id":3,"play":7,"more":[1.5,null,{"a":"\u00e4"}]}"#.utf8)
    for _ in 0..<20_000 {
      var bytes = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
      for _ in 0..<Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if case .ended(let slot, let play) = BrowserWord(bytes) { #expect(slot != nil || play != nil) }
    }
  }

  @Test func `unknown types are left to later versions`() { #expect(word(#"{"type":"dance"}"#) == .unknown) }

  @Test func `a play says how old its press is, to newcomers also how far it is`() {
    let play = Audience.Play(
      turn: 1, number: 7, slot: 3, pressedAt: AudienceTests.at(1), since: AudienceTests.at(1.25))
    #expect(PanelWord.play(play, at: AudienceTests.at(1.5)) == #"{"type":"play","id":3,"play":7,"ageMs":500}"#)
    #expect(
      PanelWord.play(play, at: AudienceTests.at(1.5), offset: .milliseconds(250))
        == #"{"type":"play","id":3,"play":7,"ageMs":500,"offsetMs":250}"#)
  }
}
