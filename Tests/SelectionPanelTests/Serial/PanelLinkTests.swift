import RouterCore
import Testing

@testable import SelectionPanel

/// The talk with a panel, on a clock moved by hand.
@Suite struct PanelLinkTests {
  private let start = Instant(nanoseconds: 0)

  /// A link whose panel has answered its first PING, and the commands that followed.
  private func connected(wanted: Int? = nil) -> (link: PanelLink, sent: [PanelLink.Action]) {
    var link = PanelLink(wanted: wanted, at: start)
    #expect(link.tick(at: start) == [.send(.ping)])
    let sent = link.take(.pong, at: start)
    return (link, sent)
  }

  @Test func `a panel that answers is asked who it is, and its lights are put right`() {
    let (link, sent) = connected(wanted: 7)
    #expect(sent == [.changed, .send(.version), .send(.status), .send(.set(7))])
    #expect(link.facts.isConnected)
    #expect(connected().sent.last == .send(.clear), "a panel may hold a button for chosen since before")
  }

  @Test func `what it says of itself is kept, and its light once that is confirmed`() {
    var (link, _) = connected(wanted: 7)
    for line in [
      "FW selection-panel v2.5.1", "CURLED 0", "BTNS 10", "LEDS 12", "HEAP 270000", "MODE PROTOTYPE", "OK",
    ] { _ = link.take(PanelLine(line), at: start) }
    #expect(link.facts.firmware == "selection-panel v2.5.1")
    #expect(link.facts.buttons == 10 && link.facts.leds == 12 && link.facts.mode == "PROTOTYPE")
    #expect(link.facts.lit == nil, "the OK so far was that of STATUS")
    #expect(link.take(.ok, at: start) == [.changed])
    #expect(link.facts.lit == 7)
  }

  @Test func `a port without a panel is given up after three questions`() {
    var link = PanelLink(wanted: nil, at: start)
    for second in 0..<3 {
      #expect(link.tick(at: start + .seconds(second)) == [.send(.ping)])
      #expect(link.take(.other("boot: chip revision v0.2"), at: start + .seconds(second)).isEmpty)
    }
  }

  @Test func `silence is asked, and two questions without an answer end it`() {
    var (link, _) = connected()
    #expect(link.tick(at: start + .milliseconds(4_999)).isEmpty)
    #expect(link.tick(at: start + .seconds(5)) == [.send(.ping)])
    #expect(link.tick(at: start + .seconds(6)) == [.send(.ping)])
    guard case .close? = link.tick(at: start + .seconds(7)).first else { return #expect(Bool(false)) }
  }

  @Test func `any word puts the question off`() {
    var (link, _) = connected()
    _ = link.tick(at: start + .seconds(5))
    #expect(link.take(.press(1), at: start + .seconds(5)) == [.press(1)])
    #expect(link.tick(at: start + .seconds(9)).isEmpty)
    #expect(link.tick(at: start + .seconds(10)) == [.send(.ping)])
  }

  @Test func `a reset in the middle is noticed, and the light comes back`() {
    var (link, _) = connected()
    _ = link.light(4, at: start)
    let actions = link.take(.ready, at: start + .seconds(1))
    #expect(actions == [.note("the panel was reset"), .changed, .send(.version), .send(.status), .send(.set(4))])
    #expect(link.facts.restarts == 1)
  }

  @Test func `lights wait until the panel is there`() {
    var link = PanelLink(wanted: nil, at: start)
    #expect(link.light(3, at: start).isEmpty)
    #expect(link.take(.firmware("x"), at: start).contains(.send(.set(3))))
  }

  @Test func `a light that nobody confirms is counted, not waited for`() {
    var (link, _) = connected()
    for line in ["OK", "OK"] { _ = link.take(PanelLine(line), at: start) }
    #expect(link.light(3, at: start) == [.send(.set(3))])
    _ = link.tick(at: start + .seconds(1))
    #expect(link.unconfirmed == 1)
    #expect(link.light(4, at: start + .seconds(1)) == [.send(.set(4))])
    _ = link.take(.ok, at: start + .seconds(1))
    #expect(link.facts.lit == 4)
  }

  @Test func `an ERROR is counted and stops nothing`() {
    var (link, _) = connected()
    let actions = link.take(.error("INVALID_ID"), at: start)
    #expect(actions.contains(.note("the panel refuses: INVALID_ID")))
    #expect(link.facts.errors == 1)
    #expect(link.take(.press(2), at: start) == [.press(2)])
  }

  @Test func `a press that is the first word counts`() {
    var link = PanelLink(wanted: nil, at: start)
    #expect(link.take(.press(2), at: start).last == .press(2))
  }
}
