import RouterCore
import Testing

@testable import RouterWeb

@Suite struct ConnectionTimerTests {
  private let start = Instant(nanoseconds: 0)
  private func timer() -> ConnectionTimer {
    var limits = ListenerLimits()
    limits.headerSeconds = 10
    limits.bodySeconds = 30
    limits.idleSeconds = 60
    limits.writeSeconds = 20
    return ConnectionTimer(limits)
  }

  @Test(arguments: [
    (ConnectionTimer.Wait.head, ConnectionTimer.Expiry.head, 10.0), (.body, .body, 30), (.idle, .idle, 60),
    (.linger, .linger, 2), (.closeFrame, .closeFrame, 5),
  ])
  func `each wait has its limit`(_ wait: ConnectionTimer.Wait, _ expiry: ConnectionTimer.Expiry, _ seconds: Double) {
    var timer = timer()
    timer.start(wait, at: start)
    #expect(timer.expiry(at: start + .seconds(seconds - 0.001)) == nil)
    #expect(timer.expiry(at: start + .seconds(seconds)) == expiry)
  }

  @Test func `a large body gets the time a slow line needs, a trickle does not`() {
    var timer = timer()
    timer.start(.body, at: start)
    timer.bodyArrived(bytes: 20 * 32_768)
    #expect(timer.expiry(at: start + .seconds(49.9)) == nil && timer.expiry(at: start + .seconds(50)) == .body)
    for _ in 0..<100 { timer.bodyArrived(bytes: 1) }
    #expect(timer.expiry(at: start + .seconds(50.1)) == .body)
    timer.start(.idle, at: start)
    timer.bodyArrived(bytes: 1 << 30)
    #expect(timer.expiry(at: start + .seconds(60)) == .idle)
  }

  @Test func `a handler may take its time`() {
    var timer = timer()
    timer.start(.nothing, at: start)
    #expect(timer.expiry(at: start + .seconds(100_000)) == nil)
  }

  @Test func `output that does not move expires, output that moves does not`() {
    var timer = timer()
    timer.start(.nothing, at: start)
    timer.output(isPending: true, progressed: false, at: start)
    timer.output(isPending: true, progressed: false, at: start + .seconds(19))
    #expect(timer.expiry(at: start + .seconds(20)) == .write)
    timer.output(isPending: true, progressed: true, at: start + .seconds(19))
    #expect(timer.expiry(at: start + .seconds(38)) == nil)
    timer.output(isPending: false, progressed: true, at: start + .seconds(38))
    #expect(timer.expiry(at: start + .seconds(100)) == nil)
  }
}
