import RouterCore
import Testing

@testable import SelectionPanel

/// The policy: which sound plays, which light is on.
@Suite struct SelectionTests {
  private let start = Instant(nanoseconds: 1_000_000_000)
  private func fresh() -> Selection {
    Selection(slots: 1..<11, margin: .seconds(2), unknownLength: .seconds(60))
  }

  @Test func `a press lights its slot, ends what played and plays`() {
    var selection = fresh()
    #expect(selection.press(3, at: start) == [.leds(slot: 3), .stop(play: nil, slot: nil), .play(1, slot: 3)])
    #expect(selection.press(5, at: start) == [.leds(slot: 5), .stop(play: 1, slot: 3), .play(2, slot: 5)])
  }

  @Test func `the same slot again is a new play`() {
    var selection = fresh()
    _ = selection.press(3, at: start)
    #expect(selection.press(3, at: start) == [.leds(slot: 3), .stop(play: 1, slot: 3), .play(2, slot: 3)])
  }

  @Test func `a slot that is not there puts the lights back as they were`() {
    var selection = fresh()
    #expect(selection.press(0, at: start) == [.leds(slot: nil)])
    _ = selection.press(10, at: start)
    #expect(selection.press(11, at: start) == [.leds(slot: 10)])
    #expect(selection.current?.slot == 10)
  }

  @Test func `a stop without anything that plays still stops`() {
    var selection = fresh()
    #expect(selection.press(nil, at: start) == [.stop(play: nil, slot: nil), .leds(slot: nil)])
  }

  @Test func `the light goes out when the last who plays has ended or left`() {
    var selection = fresh()
    _ = selection.press(3, at: start)
    #expect(selection.take(.init(.started, play: 1, slot: 3), from: "a", at: start).isEmpty)
    #expect(selection.take(.init(.started, play: 1, slot: 3), from: "b", at: start).isEmpty)
    #expect(selection.take(.init(.ended, play: 1, slot: 3), from: "a", at: start + .seconds(9)).isEmpty)
    #expect(selection.take(.init(.left, play: 1, slot: 3), from: "b", at: start + .seconds(9)) == [.leds(slot: nil)])
    #expect(selection.take(.init(.ended, play: 1, slot: 3), from: "b", at: start + .seconds(9)).isEmpty)
  }

  @Test func `an end of an earlier play changes nothing`() {
    var selection = fresh()
    _ = selection.press(5, at: start)
    _ = selection.press(5, at: start)
    #expect(selection.take(.init(.ended, play: 1, slot: 5), from: "a", at: start + .seconds(9)).isEmpty)
    #expect(selection.current?.number == 2)
  }

  @Test func `who knows slots only is believed when the sound can have been heard`() {
    var selection = fresh()
    _ = selection.press(5, at: start)
    selection.know(.seconds(10), of: 1)
    #expect(selection.take(.init(.ended, play: nil, slot: 5), from: "a", at: start + .seconds(4)).isEmpty)
    #expect(selection.take(.init(.ended, play: nil, slot: 4), from: "a", at: start + .seconds(10)).isEmpty)
    #expect(
      selection.take(.init(.ended, play: nil, slot: 5), from: "a", at: start + .seconds(10)) == [.leds(slot: nil)])
  }

  @Test func `nobody says anything: the light goes out behind the sound's length`() {
    var selection = fresh()
    _ = selection.press(5, at: start)
    #expect(selection.deadline == start + .seconds(62))
    selection.know(.seconds(10), of: 1)
    #expect(selection.deadline == start + .seconds(12))
    #expect(selection.tick(at: start + .seconds(11)).isEmpty)
    #expect(selection.tick(at: start + .seconds(12)) == [.leds(slot: nil)])
    #expect(selection.deadline == nil)
  }

  @Test func `a length that comes late is not another play's`() {
    var selection = fresh()
    _ = selection.press(5, at: start)
    _ = selection.press(6, at: start)
    selection.know(.seconds(10), of: 1)
    #expect(selection.deadline == start + .seconds(62))
  }
}
