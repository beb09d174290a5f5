import Support
import Testing

@testable import RouterCore

@Suite struct BlockClockTests {
  private let start = Instant(nanoseconds: 5)

  @Test func `blocks are due by the frame, also after a year and at odd rates`() {
    for rate in [1_000, 8_000, 11_025, 22_050, 44_100, 48_000, 96_001, 768_000] {
      let clock = BlockClock(sampleRate: rate, start: start)
      let blocksPerYear = Int64(365 * 86_400) * Int64(rate) / Int64(clock.frames)
      let late = clock.instant(of: blocksPerYear) - start
      let exact = Double(blocksPerYear) * Double(clock.frames) / Double(rate)
      #expect(abs(late.seconds - exact) < 1e-6)
      #expect(clock.instant(of: 1) - clock.instant(of: 0) <= clock.interval)
    }
  }

  @Test func `one block a turn when the loop is on time`() {
    var clock = BlockClock(sampleRate: 48_000, start: start)
    for block in 0..<1000 {
      #expect(clock.take(at: start + .milliseconds(20 * block)) == Int64(block)..<Int64(block + 1))
    }
    #expect(clock.skipped == 0)
  }

  @Test func `too early is nothing, a little late is made up for`() {
    var clock = BlockClock(sampleRate: 48_000, start: start)
    #expect(clock.take(at: start) == 0..<1)
    #expect(clock.take(at: start + .milliseconds(19)).isEmpty)
    #expect(clock.take(at: start + .milliseconds(65)) == 1..<4)
    #expect(clock.skipped == 0)
  }

  @Test func `beyond four blocks the schedule moves on and keeps its phase`() {
    var clock = BlockClock(sampleRate: 48_000, start: start)
    #expect(clock.take(at: start + .milliseconds(1005)) == 0..<4)
    #expect(clock.skipped == 47)
    #expect(clock.instant(of: clock.next) == start + .milliseconds(1020))
    #expect(clock.take(at: start + .milliseconds(1020)) == 4..<5)
  }
}
