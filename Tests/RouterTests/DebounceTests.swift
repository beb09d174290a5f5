import RouterCore
import Testing

@testable import router

@Suite struct DebounceTests {
  @Test func `a burst is told once, when it has been quiet for long enough`() {
    var debounce = Debounce()
    let start = Instant(nanoseconds: 0)
    #expect(debounce.due == nil)
    debounce.happened(at: start)
    debounce.happened(at: start + .milliseconds(200))
    #expect(debounce.due == start + .milliseconds(500))
    let answers = [499, 500, 9000].map { debounce.isOver(at: start + .milliseconds($0)) }
    #expect(answers == [false, true, false] && debounce.due == nil)
  }

  @Test func `a writer that never rests is cut off after three seconds`() {
    var debounce = Debounce()
    var now = Instant(nanoseconds: 0)
    var told = 0
    for _ in 0..<100 {
      debounce.happened(at: now)
      if debounce.isOver(at: now) { told += 1 }
      now = now + .milliseconds(100)
    }
    #expect(told == 3)
  }
}
