import Support
import Synchronization
import Testing

@testable import RouterCore

@Suite struct LoopTests {
  @Test func `a hundred loops start, work and stop`() async throws {
    for round in 0..<100 {
      let loop = Loop(name: "loop \(round)", poller: try ParkingPoller())
      loop.start()
      let answer = await loop.perform { _ in round * 2 }
      #expect(answer == round * 2)
      await loop.stop()
      #expect(await loop.perform { _ in round } == round, "jobs sent after the stop still run")
    }
  }

  @Test func `jobs sent before the start are kept`() async throws {
    let loop = Loop(name: "late", poller: try ParkingPoller())
    let task = Task { await loop.perform { _ in 7 } }
    loop.start()
    #expect(await task.value == 7)
    await loop.stop()
  }

  @Test func `jobs of many tasks run one at a time`() async throws {
    let loop = Loop(name: "busy", poller: try ParkingPoller())
    loop.start()
    let counts = Counts()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          for _ in 0..<20 {
            await loop.perform { _ in
              #expect(counts.inside.add(1, ordering: .relaxed).newValue == 1)
              counts.total.add(1, ordering: .relaxed)
              counts.inside.subtract(1, ordering: .relaxed)
            }
          }
        }
      }
    }
    #expect(counts.total.load(ordering: .relaxed) == 1000)
    await loop.stop()
  }

  @Test func `a timer fires at its instant, an interval again and again, a cancelled one never`() async throws {
    let host = try FakeHost()
    let fired = PthreadLock<[String]>([])
    await host.loop.perform { loop in
      let start = loop.time.now
      loop.schedule(at: start + .milliseconds(30)) { _ in fired.withLock { $0.append("once") } }
      loop.schedule(at: start + .milliseconds(10), every: .milliseconds(20)) { _ in fired.withLock { $0.append("tick") }
      }
      let cancelled = loop.schedule(at: start + .milliseconds(5)) { _ in fired.withLock { $0.append("never") } }
      loop.cancel(cancelled)
    }
    await host.advance(by: .milliseconds(5), times: 11)
    #expect(fired.withLock { $0.filter { $0 == "tick" }.count } == 3)
    #expect(fired.withLock { $0.filter { $0 == "once" }.count } == 1)
    #expect(!fired.withLock { $0.contains("never") })
    await host.stop()
  }
}

private final class Counts: Sendable {
  let inside = Atomic<Int>(0)
  let total = Atomic<Int>(0)
}

@Suite struct TimerQueueTests {
  @Test func `timers come out in the order of their instants, whatever the order they went in`() {
    var random = SplitMix(seed: 3)
    var queue = TimerQueue()
    var instants: [Int64] = []
    for _ in 0..<500 {
      let at = Int64(random.next() % 10_000)
      instants.append(at)
      _ = queue.add(at: Instant(nanoseconds: at), every: nil) { _ in }
    }
    var seen: [Int64] = []
    while let next = queue.next {
      seen.append(next.nanoseconds)
      #expect(queue.popDue(at: next) != nil)
    }
    #expect(seen == instants.sorted())
  }

  @Test func `late ticks are not made up for`() {
    var queue = TimerQueue()
    _ = queue.add(at: Instant(nanoseconds: 10), every: .nanoseconds(10)) { _ in }
    #expect(queue.popDue(at: Instant(nanoseconds: 1000)) != nil)
    #expect(queue.popDue(at: Instant(nanoseconds: 1000)) == nil)
    #expect(queue.next == Instant(nanoseconds: 1010))
  }
}
