import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

@Suite struct SilenceTests {
  static let start = Instant(nanoseconds: 77)

  @Test func `a surplus a sender delivered early is played before silence begins`() {
    var ledger = SilenceLedger(sampleRate: 48_000, surplus: .seconds(2), start: Self.start)
    for _ in 0..<10 { _ = ledger.live(frames: 960, at: Self.start) }
    let (before, after) = (Self.start + .milliseconds(200), Self.start + .milliseconds(220))
    let silence = (ledger.idle(at: before, isOpen: false), ledger.idle(at: after, isOpen: false))
    #expect(silence == (0, 960))
  }

  @Test func `the rest of a pause is filled before the packet that ends it`() {
    var ledger = SilenceLedger(sampleRate: 48_000, surplus: .seconds(2), start: Self.start)
    let ticked = ledger.idle(at: Self.start + .milliseconds(100), isOpen: false)
    // Complete 30 ms later, it began 10 ms after the last silence.
    let rest = ledger.live(frames: 960, at: Self.start + .milliseconds(130))
    #expect((ticked, rest) == (4_800, 480))
    // Between packets of a stream nothing is filled.
    let between = ledger.live(frames: 960, at: Self.start + .milliseconds(300))
    #expect(between == 0)
  }

  @Test func `a surplus beyond what a listener may lag is not believed`() {
    var ledger = SilenceLedger(sampleRate: 48_000, surplus: .seconds(2), start: Self.start)
    for _ in 0..<1_000 { _ = ledger.live(frames: 960, at: Self.start) }
    let (before, after) = (Self.start + .seconds(2), Self.start + .milliseconds(2_020))
    let silence = (ledger.idle(at: before, isOpen: false), ledger.idle(at: after, isOpen: false))
    #expect(silence == (0, 960))
  }

  @Test func `a machine that slept for an hour makes up for no more than a listener may lag`() {
    var ledger = SilenceLedger(sampleRate: 48_000, surplus: .seconds(2), start: Self.start)
    let later = Self.start + .seconds(3_600)
    let silence = (ledger.idle(at: later, isOpen: false), ledger.idle(at: later, isOpen: false))
    #expect(silence == (96_000, 0))
  }

  @Test(arguments: [8_000, 44_100, 48_000, 192_000])
  func `silence and sound together are the time that passed, however it is cut`(rate: Int) {
    var random = SeededGenerator(seed: UInt64(rate))
    var ledger = SilenceLedger(sampleRate: rate, surplus: .seconds(2), start: Self.start)
    var now = Self.start
    var written = 0
    for _ in 0..<200 {
      // Silence for a while, at odd moments.
      for _ in 0..<Int.random(in: 1...50, using: &random) {
        now = now + .nanoseconds(Int64.random(in: 1...40_000_000, using: &random))
        written += ledger.idle(at: now, isOpen: false)
      }
      // A stream at its own pace, each packet as it is complete.
      let packet = rate / 50
      for _ in 0..<Int.random(in: 1...50, using: &random) {
        now = now + .milliseconds(20)
        written += ledger.live(frames: packet, at: now) + packet
      }
    }
    let frames = Double((now - Self.start).nanoseconds) * Double(rate) / 1e9
    // Each stream may begin within one packet of the silence before.
    #expect(abs(Double(written) - frames) <= 1)
  }

  @Test func `a year of silence overflows nothing`() {
    var ledger = SilenceLedger(sampleRate: 192_000, surplus: .seconds(2), start: Self.start)
    let year = Self.start + .seconds(31_536_000)
    _ = ledger.idle(at: year, isOpen: false)
    let silence = ledger.idle(at: year + .milliseconds(20), isOpen: false)
    #expect(silence == 3_840)
  }

  @Test func `the gate lets the highest ticket in and the others when it has left`() {
    let gate = FeedGate()
    let (old, new) = (FeedGate.ticket(stream: 1, place: 9), FeedGate.ticket(stream: 2, place: 1))
    #expect(gate.enter(old) == .entered)
    #expect(gate.enter(new) == .busy)
    #expect(!gate.enterBetween())
    gate.leave()
    #expect(gate.enter(new) == .entered)
    gate.leave()
    #expect(gate.enter(old) == .superseded)
    #expect(gate.enterBetween())
    #expect(gate.enter(new) == .busy)
    gate.leave()
    #expect(gate.isOwned)
    gate.release(old)
    #expect(gate.isOwned)
    gate.release(new)
    #expect(!gate.isOwned)
    #expect(gate.enter(old) == .entered)
  }

  /// What two threads change without a lock, if the gate is right.
  private final class Shared: @unchecked Sendable {
    let gate = FeedGate()
    var inside = 0
    var writes = 0
    let violations = Atomic<Int>(0)

    func write() {
      inside += 1
      if inside != 1 { violations.add(1, ordering: .relaxed) }
      writes += 1
      inside -= 1
      gate.leave()
    }
  }

  @Test func `two threads and silence never write at once`() async {
    let shared = Shared()
    let counts = await withTaskGroup(of: Int.self) { group in
      for stream in 1...2 as ClosedRange<UInt64> {
        group.addTask {
          var entered = 0
          let ticket = FeedGate.ticket(stream: stream, place: 0)
          for round in 0..<Effort.times(50_000) {
            if shared.gate.enter(ticket) == .entered {
              entered += 1
              shared.write()
            }
            if round % 100 == 0 { shared.gate.release(ticket) }
          }
          return entered
        }
      }
      group.addTask {
        var entered = 0
        for _ in 0..<Effort.times(50_000) where shared.gate.enterBetween() {
          entered += 1
          shared.write()
        }
        return entered
      }
      return await group.reduce(0, +)
    }
    #expect(shared.violations.load(ordering: .relaxed) == 0)
    #expect(shared.writes == counts)
  }
}
