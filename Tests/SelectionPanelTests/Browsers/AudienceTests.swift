import RouterCore
import Support
import Testing

@testable import SelectionPanel

/// Who plays what.
@Suite struct AudienceTests {
  static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }
  private func at(_ seconds: Double) -> Instant { Self.at(seconds) }
  private let unknown: (Int) -> Duration? = { _ in nil }
  private let tenSeconds: (Int) -> Duration? = { _ in .seconds(10) }

  private func audience(_ members: UInt64..., grace: Duration = .zero) -> Audience {
    var audience = Audience(grace: grace)
    for member in members { audience.join(member) }
    return audience
  }

  private func event(_ what: EndedEvent.What, _ play: Int?, _ slot: Int) -> EndedEvent {
    EndedEvent(what, play: play, slot: slot)
  }

  @Test func `a play without anybody starts nowhere`() {
    var nobody = audience()
    #expect(nobody.begin(1, slot: 3, pressedAt: at(0), at: at(0)) == nil)
  }

  @Test func `the last who ends a play ends it, once`() {
    var two = audience(1, 2)
    #expect(two.begin(7, slot: 3, pressedAt: at(0), at: at(0)) == event(.started, 7, 3))
    #expect(two.finished(1, slot: 3, number: 7, failed: false, at: at(5), length: unknown) == nil)
    #expect(two.finished(1, slot: 3, number: 7, failed: false, at: at(5), length: unknown) == nil)
    #expect(two.finished(2, slot: 3, number: 7, failed: false, at: at(6), length: unknown) == event(.ended, 7, 3))
    #expect(two.finished(2, slot: 3, number: 7, failed: false, at: at(6), length: unknown) == nil)
    #expect(two.leave(2, at: at(7)) == nil)
  }

  @Test func `who could not play is not waited for`() {
    var two = audience(1, 2)
    _ = two.begin(7, slot: 3, pressedAt: at(0), at: at(0))
    #expect(two.finished(1, slot: 3, number: 7, failed: true, at: at(1), length: unknown) == nil)
    #expect(two.finished(2, slot: 3, number: 7, failed: true, at: at(1), length: unknown) == event(.failed, 7, 3))
  }

  @Test func `a play that one heard to its end has ended, whatever became of the others`() {
    var two = audience(1, 2, grace: .seconds(2))
    _ = two.begin(7, slot: 3, pressedAt: at(0), at: at(0))
    _ = two.finished(1, slot: 3, number: 7, failed: false, at: at(5), length: unknown)
    #expect(two.leave(2, at: at(6)) == event(.ended, 7, 3))
  }

  @Test func `a locked browser does not count, an old page does`() {
    var both = audience(1, 2)
    _ = both.greet(1, isLocked: true, plays: nil, at: at(0), length: unknown)
    #expect(both.begin(1, slot: 4, pressedAt: at(1), at: at(1)) == event(.started, 1, 4))
    #expect(both.playing == 1)
    #expect(both.finished(1, slot: 4, number: nil, failed: false, at: at(2), length: unknown) == nil)
    #expect(both.finished(2, slot: 4, number: nil, failed: false, at: at(2), length: unknown) == event(.ended, 1, 4))
  }

  @Test func `with locked browsers only nobody has started, until one is unlocked`() {
    var one = audience(1)
    _ = one.greet(1, isLocked: true, plays: nil, at: at(0), length: unknown)
    #expect(one.begin(1, slot: 4, pressedAt: at(1), at: at(1)) == nil)
    let welcome = one.greet(1, isLocked: false, plays: nil, at: at(3), length: tenSeconds)
    #expect(welcome.event == event(.started, 1, 4) && welcome.play?.since == at(1) && !welcome.isKnown)
    #expect(one.finished(1, slot: 4, number: 1, failed: false, at: at(11), length: tenSeconds) == event(.ended, 1, 4))
  }

  @Test func `a browser that loses its sound counts no more`() {
    var one = audience(1)
    _ = one.begin(1, slot: 4, pressedAt: at(1), at: at(1))
    let welcome = one.greet(1, isLocked: true, plays: nil, at: at(2), length: unknown)
    #expect(welcome.event == event(.failed, 1, 4))
  }

  // MARK: Late words

  @Test func `a word about a play before is not heard`() {
    var one = audience(1)
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    _ = one.begin(2, slot: 5, pressedAt: at(9), at: at(9))
    #expect(one.finished(1, slot: 5, number: 1, failed: false, at: at(9.1), length: tenSeconds) == nil)
    #expect(one.finished(1, slot: 5, number: 2, failed: false, at: at(19), length: tenSeconds) == event(.ended, 2, 5))
  }

  @Test func `an old page's word before half of the sound belongs to the play before`() {
    var one = audience(1)
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    _ = one.begin(2, slot: 5, pressedAt: at(9), at: at(9))
    #expect(one.finished(1, slot: 5, number: nil, failed: false, at: at(9.1), length: tenSeconds) == nil)
    #expect(one.finished(1, slot: 4, number: nil, failed: false, at: at(19), length: tenSeconds) == nil)
    #expect(one.finished(1, slot: 5, number: nil, failed: false, at: at(19), length: tenSeconds) == event(.ended, 2, 5))
  }

  @Test func `where the length is unknown an old page is believed`() {
    var one = audience(1)
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    #expect(one.finished(1, slot: 5, number: nil, failed: false, at: at(0.1), length: unknown) == event(.ended, 1, 5))
  }

  @Test func `after a stop nothing ends`() {
    var one = audience(1)
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    one.stop()
    #expect(one.finished(1, slot: 5, number: 1, failed: false, at: at(1), length: unknown) == nil)
    #expect(one.leave(1, at: at(2)) == nil)
  }

  // MARK: Lost and found

  @Test func `the last who goes leaves the play, after the grace`() {
    var one = audience(1, grace: .seconds(2))
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    #expect(one.leave(1, at: at(3)) == nil)
    #expect(one.deadline == at(5))
    #expect(one.expire(at: at(4)) == nil)
    #expect(one.expire(at: at(5)) == event(.left, 1, 5))
    #expect(one.expire(at: at(6)) == nil)
  }

  @Test func `a page that comes back in time goes on playing`() {
    var one = audience(1, grace: .seconds(2))
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    _ = one.leave(1, at: at(3))
    one.join(2)
    let welcome = one.greet(2, isLocked: false, plays: 1, at: at(4), length: unknown)
    #expect(welcome.isKnown && welcome.event == nil && one.deadline == nil)
    #expect(one.expire(at: at(9)) == nil)
    #expect(one.finished(2, slot: 5, number: 1, failed: false, at: at(9), length: unknown) == event(.ended, 1, 5))
  }

  @Test func `an old page that comes back in time is heard`() {
    var one = audience(1, grace: .seconds(2))
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    _ = one.leave(1, at: at(3))
    one.join(2)
    #expect(one.finished(2, slot: 5, number: nil, failed: false, at: at(4), length: unknown) == event(.ended, 1, 5))
    #expect(one.deadline == nil)
  }

  @Test func `a page that comes back too late may play on, but tells nothing any more`() {
    var one = audience(1, grace: .seconds(1))
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    _ = one.leave(1, at: at(3))
    #expect(one.expire(at: at(4)) == event(.left, 1, 5))
    one.join(2)
    let welcome = one.greet(2, isLocked: false, plays: 1, at: at(5), length: unknown)
    #expect(welcome.play?.number == 1 && welcome.isKnown && welcome.event == nil)
    #expect(one.finished(2, slot: 5, number: 1, failed: false, at: at(6), length: unknown) == nil)
  }

  // MARK: Newcomers

  @Test func `a newcomer that asks is told what plays, one that does not is not counted`() {
    var one = audience(1)
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    one.join(2)
    one.join(3)
    #expect(one.greet(2, isLocked: false, plays: nil, at: at(4), length: tenSeconds).play?.slot == 5)
    #expect(one.playing == 2)
    #expect(one.finished(3, slot: 5, number: nil, failed: false, at: at(9), length: tenSeconds) == nil)
  }

  @Test func `what is over by its length is not shown to newcomers`() {
    var none = audience()
    _ = none.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    #expect(none.current(at: at(10), length: tenSeconds) != nil)
    #expect(none.current(at: at(10.1), length: tenSeconds) == nil)
    none.join(1)
    #expect(none.greet(1, isLocked: false, plays: nil, at: at(11), length: tenSeconds) == Audience.Welcome())
  }

  @Test func `an old page that never says it is through is not believed for ever, a paused one is`() {
    var one = audience(1)
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    #expect(one.current(at: at(11.9), length: tenSeconds) != nil)
    #expect(one.current(at: at(12.1), length: tenSeconds) == nil)
    _ = one.greet(1, isLocked: false, plays: 1, at: at(5), length: tenSeconds)
    #expect(one.current(at: at(100), length: tenSeconds) != nil)
  }

  @Test func `the end of the node leaves what was playing`() {
    var one = audience(1, grace: .seconds(60))
    _ = one.begin(1, slot: 5, pressedAt: at(0), at: at(0))
    #expect(one.close() == event(.left, 1, 5))
    #expect(one.close() == nil)
  }

  // MARK: Any history

  /// Whatever happens in whatever order: each play is told of at most twice, `started` first, then one end; and never an
  /// end while somebody still plays it.
  @Test(arguments: 0..<200) func `every history tells each play once`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var audience = Audience(grace: seed % 2 == 0 ? .zero : .milliseconds(300))
    var told: [Int: [EndedEvent.What]] = [:]
    var (play, next) = (0, UInt64(0))
    var members: [UInt64] = []
    for step in 0..<400 {
      let now = at(Double(step) * 0.1)
      var heard: [EndedEvent?] = []
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1:
        next += 1
        members.append(next)
        audience.join(next)
      case 2:
        play += 1
        heard = [audience.begin(play, slot: Int.random(in: 0..<2, using: &random), pressedAt: now, at: now)]
      case 3: if step % 7 == 0 { audience.stop() }
      case 4, 5:
        guard let member = members.randomElement(using: &random) else { break }
        let isNumbered = Bool.random(using: &random)
        heard = [
          audience.finished(
            member, slot: Int.random(in: 0..<2, using: &random),
            number: isNumbered ? max(1, play - Int.random(in: 0..<2, using: &random)) : nil,
            failed: Bool.random(using: &random), at: now, length: unknown)
        ]
      case 6:
        guard let member = members.randomElement(using: &random) else { break }
        heard = [
          audience.greet(member, isLocked: Bool.random(using: &random), plays: nil, at: now, length: unknown).event
        ]
      case 7:
        guard let index = members.indices.randomElement(using: &random) else { break }
        heard = [audience.leave(members.remove(at: index), at: now)]
      default: heard = [audience.expire(at: now)]
      }
      for case let event? in heard {
        told[event.play ?? 0, default: []].append(event.what)
        if event.what != .started { #expect(audience.playing == 0) }
      }
    }
    for (_, events) in told {
      #expect(events.filter { $0 == .started }.count <= 1)
      #expect(events.filter { $0 != .started }.count <= 1)
      if events.count == 2 { #expect(events.first == .started) }
    }
  }
}
