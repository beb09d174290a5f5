import Testing

@testable import RouterCore
@testable import router

struct MeterFeedTests {
  @Test func `counters are due at a new revision and at every fifth level`() {
    var feed = MeterFeed()
    let isFirstDue = feed.isCountDue(revision: 1)
    #expect(isFirstDue)
    _ = feed.counts(GraphSnapshot(nodes: [], links: [], streams: [], traffic: [:]), revision: 1)
    let due = (1...10).map { _ in feed.isCountDue(revision: 1) }
    #expect(
      due == [
        false, false, false, false, true, false, false, false, false, true,
      ])
    let isNewDue = feed.isCountDue(revision: 2)
    #expect(isNewDue)
  }

  @Test func `an empty graph has empty lists`() {
    var feed = MeterFeed()
    let counts = feed.counts(GraphSnapshot(nodes: [], links: [], streams: [], traffic: [:]), revision: 7)
    #expect(JSON.object(feed.levels([:]) + counts).compact == #"{"revision":7,"peaks":[],"links":[],"streams":[]}"#)
  }
}
