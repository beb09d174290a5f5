import RouterCore
import Testing

@testable import AriaCast

@Suite struct CastTurnTests {
  static func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

  @Test func `sound takes the speaker and long silence gives it back`() {
    var turn = CastTurn(patience: .milliseconds(100))
    #expect(turn.next(isSilent: true, at: Self.at(0)) == .rest)
    #expect(turn.next(isSilent: false, at: Self.at(20)) == .begin)
    #expect(turn.next(isSilent: false, at: Self.at(40)) == .send)
    #expect(turn.next(isSilent: true, at: Self.at(120)) == .send)
    #expect(turn.next(isSilent: true, at: Self.at(140)) == .release)
    #expect(turn.next(isSilent: true, at: Self.at(160)) == .rest)
    #expect(turn.next(isSilent: false, at: Self.at(180)) == .begin)
  }

  @Test func `without patience the speaker is kept`() {
    var turn = CastTurn(patience: .zero)
    _ = turn.next(isSilent: false, at: Self.at(0))
    #expect(turn.next(isSilent: true, at: Self.at(10_000_000)) == .send)
  }

  @Test func `a speaker taken beforehand is sent to, and one that is lost is taken anew`() {
    var turn = CastTurn(patience: .milliseconds(100))
    turn.begin(at: Self.at(0))
    #expect(turn.next(isSilent: true, at: Self.at(20)) == .send)
    turn.end()
    #expect(turn.next(isSilent: false, at: Self.at(40)) == .begin)
  }
}

@Suite struct CastScheduleTests {
  static func at(_ milliseconds: Int) -> Instant { CastTurnTests.at(milliseconds) }

  @Test func `messages are due every 20 ms whatever happens in between`() {
    var schedule = CastSchedule(start: Self.at(0))
    for number in 0..<1_000 { #expect(schedule.take(at: Self.at(number * 20 + number % 7)) == Self.at(number * 20)) }
    #expect(schedule.skipped == 0)
  }

  @Test func `half a second is made up for, more is left out`() {
    var schedule = CastSchedule(start: Self.at(0))
    #expect(schedule.take(at: Self.at(500)) == Self.at(0))
    #expect(schedule.next == Self.at(20) && schedule.skipped == 0)
    #expect(schedule.take(at: Self.at(1_025)) == Self.at(1_020))
    #expect(schedule.skipped == 50 && schedule.next == Self.at(1_040))
  }
}
