import RouterCore
import Testing

@Suite struct BackoffTests {
  @Test func `waits double up to the limit and stay within a quarter below the step`() {
    var backoff = Backoff(first: .milliseconds(500), limit: .seconds(30), seed: 7)
    var step = Duration.milliseconds(500)
    for _ in 0..<20 {
      let wait = backoff.next()
      #expect(wait <= step && wait.nanoseconds >= step.nanoseconds * 3 / 4)
      step = min(.seconds(30), step + step)
    }
    #expect(step == .seconds(30))
  }

  @Test func `a reset begins with the first step again`() {
    var backoff = Backoff(first: .milliseconds(500), limit: .seconds(30), seed: 7)
    for _ in 0..<5 { _ = backoff.next() }
    backoff.reset()
    #expect(backoff.next() <= .milliseconds(500))
  }

  @Test func `two nodes with other seeds do not knock together`() {
    var first = Backoff(seed: 1)
    var second = Backoff(seed: 2)
    let waits = (0..<8).map { _ in (first.next(), second.next()) }
    #expect(waits.contains { $0 != $1 })
  }
}
