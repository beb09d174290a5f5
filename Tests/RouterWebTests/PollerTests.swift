import Glibc
import RouterCore
import Testing

@testable import RouterWeb

/// Counts its events, and may do something at the first.
private final class Recorder: ReadinessHandler {
  var events: [Readiness] = []
  var onReady: (() -> Void)?

  func ready(_ what: Readiness, on loop: isolated Loop) {
    events.append(what)
    onReady?()
    onReady = nil
  }
}

@Suite struct PollerTests {
  @Test func `a stale event of a reused descriptor reaches nobody`() async throws {
    let loop = Loop(name: "poll", poller: try EpollPoller())
    loop.start()
    try await loop.perform { loop in
      let poller = try EpollPoller()
      let (a, aPeer) = socketPair(), (b, bPeer) = socketPair()
      let first = Recorder(), second = Recorder(), heir = Recorder()
      let firstWatch = try poller.watch(a, for: .read, first)
      let secondWatch = try poller.watch(b, for: .read, second)
      _ = unsafe write(aPeer, "x", 1)
      _ = unsafe write(bPeer, "x", 1)
      // Both events are fetched; whoever comes first gives the other's number to somebody else.
      let swap = { (watch: Watch, old: Int32) in
        poller.unwatch(watch)
        _ = dup2(aPeer, old)
        _ = try? poller.watch(old, for: .write, heir)
      }
      first.onReady = { swap(secondWatch, b) }
      second.onReady = { swap(firstWatch, a) }
      poller.turn(until: loop.time.now, from: loop.time.now, on: loop)
      #expect(first.events.count + second.events.count == 1)
      #expect(heir.events.isEmpty)
      poller.turn(until: loop.time.now, from: loop.time.now, on: loop)
      #expect(heir.events == [.write])
      for descriptor in [a, aPeer, b, bPeer] { _ = close(descriptor) }
    }
    await loop.stop()
  }

  @Test func `a change and an unwatch with an old watch do nothing`() async throws {
    let loop = Loop(name: "poll", poller: try EpollPoller())
    loop.start()
    try await loop.perform { loop in
      let poller = try EpollPoller()
      let (a, b) = socketPair()
      let recorder = Recorder()
      let old = try poller.watch(a, for: .write, recorder)
      poller.unwatch(old)
      _ = try poller.watch(a, for: .write, recorder)
      poller.change(old, to: [])
      poller.unwatch(old)
      poller.turn(until: loop.time.now, from: loop.time.now, on: loop)
      #expect(recorder.events == [.write])
      #expect(throws: SystemError.self) { try poller.watch(-1, for: .read, recorder) }
      _ = close(a)
      _ = close(b)
    }
    await loop.stop()
  }

  @Test func `a wake from another thread ends the wait, every time`() async throws {
    let loop = Loop(name: "poll", poller: try EpollPoller())
    loop.start()
    for number in 0..<2000 { #expect(await loop.perform { _ in number } == number) }
    await loop.stop()
  }

  @Test func `a busy crowd is looked at once a millisecond, all at once, and the time is kept`() async throws {
    let loop = Loop(name: "poll", poller: try EpollPoller())
    loop.start()
    try await loop.perform { loop in
      let poller = try EpollPoller()
      let pairs = (0..<TurnPace.crowd).map { _ in socketPair() }
      let recorders = pairs.map { _ in Recorder() }
      for (pair, recorder) in zip(pairs, recorders) { _ = try poller.watch(pair.0, for: .write, recorder) }
      // The clock that is told runs ahead, so that a second of looks takes no time.
      var now = Instant.now()
      for _ in 0..<1_000 {
        now = now + .microseconds(100)
        poller.turn(until: now, from: now, on: loop)
      }
      let looks = recorders.map(\.events.count)
      let before = Instant.now()
      poller.turn(until: nil, from: now, on: loop)
      #expect(Instant.now() - before >= .milliseconds(1))
      #expect(zip(recorders, looks).allSatisfy { $0.events.count == $1 + 1 })
      // A deadline within the rest ends it without having been set; a wake does, too.
      poller.turn(until: now + .microseconds(10), from: now, on: loop)
      poller.waker.wake()
      poller.turn(until: nil, from: now, on: loop)
      #expect(zip(recorders, looks).allSatisfy { $0.events.count == $1 + 3 })
      for (a, b) in pairs {
        _ = close(a)
        _ = close(b)
      }
    }
    await loop.stop()
  }

  @Test func `blocking calls run beside each other and give back what they found`() async {
    let pool = BlockingPool(threads: 2)
    let sum = await withTaskGroup(of: Int.self) { group in
      for number in 0..<100 { group.addTask { await pool.run { number } } }
      return await group.reduce(0, +)
    }
    #expect(sum == 4950)
  }
}
