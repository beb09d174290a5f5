import Testing

@testable import RouterCore

@Suite struct NodeLifecycleTests {
  let failure = NodeFailure(.missing, "no card")
  let zero = Instant(nanoseconds: 0)

  @Test func `a healthy node is prepared, runs, stops and ends`() {
    var life = NodeLifecycle(seed: 1)
    #expect(life.begin() == .prepare)
    #expect(life.prepared(at: zero) == .run)
    #expect(life.stopAsked() == .stop)
    #expect(life.stopped() == .end)
  }

  @Test func `a failure waits and is tried again with growing pauses`() {
    var life = NodeLifecycle(seed: 1)
    _ = life.begin()
    var pauses: [Duration] = []
    for _ in 0..<10 {
      guard case .wait(let pause, failure) = life.prepareFailed(failure) else { return #expect(Bool(false)) }
      pauses.append(pause)
      #expect(life.waited() == .prepare)
    }
    #expect(pauses[0] <= .milliseconds(500))
    #expect(pauses[9] > .seconds(20) && pauses[9] <= .seconds(30))
  }

  @Test func `a node that ran long begins its pauses anew, one that flaps does not`() {
    var steady = NodeLifecycle(seed: 1)
    var flapping = NodeLifecycle(seed: 1)
    _ = (steady.begin(), flapping.begin())
    for _ in 0..<8 {
      _ = (steady.prepareFailed(failure), steady.waited())
      _ = (flapping.prepareFailed(failure), flapping.waited())
    }
    _ = (steady.prepared(at: zero), flapping.prepared(at: zero))
    guard case .wait(let afterLong, _) = steady.runFailed(failure, at: zero + .seconds(60)),
      case .wait(let afterShort, _) = flapping.runFailed(failure, at: zero + .seconds(1))
    else { return #expect(Bool(false)) }
    #expect(afterLong <= .milliseconds(500))
    #expect(afterShort > .seconds(20))
  }

  @Test func `a stop while waiting or preparing ends without a stop of the node`() {
    var waiting = NodeLifecycle(seed: 1)
    _ = waiting.begin()
    _ = waiting.prepareFailed(failure)
    #expect(waiting.stopAsked() == .end)
    var preparing = NodeLifecycle(seed: 1)
    _ = preparing.begin()
    #expect(preparing.stopAsked() == .end)
  }
}
