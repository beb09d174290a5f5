import RouterCore
import Testing

@testable import router

/// One listener's way in: keeps what it is sent; open until it is closed. Any thread.
private final class Listener: EventStream {
  private struct State {
    var events: [(event: String, id: String?, data: String)] = []
    var isClosed = false
    var waiting: CheckedContinuation<Void, Never>?
  }
  private let state = PthreadLock(State())
  let room: Int
  init(room: Int = 256) { self.room = room }

  var ids: [String?] { state.withLock { $0.events.map(\.id) } }
  var events: [String] { state.withLock { $0.events.map(\.event) } }

  func send(event: String, id: String?, data: String) -> Bool {
    state.withLock { state in
      guard !state.isClosed, state.events.count < room else { return false }
      state.events.append((event, id, data))
      return true
    }
  }

  func waitUntilClosed() async {
    await withCheckedContinuation { wake in
      let isOver = state.withLock { state in
        if !state.isClosed { state.waiting = wake }
        return state.isClosed
      }
      if isOver { wake.resume() }
    }
  }

  func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }
}

@Suite struct EventHubTests {
  private func served(_ hub: EventHub, _ listener: Listener, topics: Set<HubEvent.Topic>, after: UInt64?) async {
    let task = Task { await hub.serve(listener, topics: topics, after: after) }
    while !hub.hasListener { await Task.yield() }
    hub.publish(.node, ["n": 1])
    listener.close()
    await task.value
  }

  @Test func `a listener gets what happens from now on, of its topics only`() async {
    let hub = EventHub()
    hub.publish(.node, ["old": true])
    let listener = Listener()
    let task = Task { await hub.serve(listener, topics: [.node], after: nil) }
    while !hub.hasListener { await Task.yield() }
    hub.publish(.stream, [:])
    hub.publish(.node, [:])
    #expect(listener.events == ["node"] && listener.ids == ["3"])
    listener.close()
    await task.value
    #expect(!hub.hasListener)
  }

  @Test func `one that comes back gets what it missed, in order and once`() async {
    let hub = EventHub()
    for number in 0..<10 { hub.publish(.node, ["n": .integer(Int64(number))]) }
    let listener = Listener()
    await served(hub, listener, topics: [.node], after: 6)
    #expect(listener.ids.prefix(4) == ["7", "8", "9", "10"])
  }

  @Test func `levels carry no number and are not replayed`() async {
    let hub = EventHub()
    for _ in 0..<5 { hub.publish(.level, [:]) }
    let listener = Listener()
    await served(hub, listener, topics: [.level], after: 0)
    #expect(listener.events.isEmpty)
  }

  @Test func `a listener that is full is let go and nobody else notices`() async {
    let hub = EventHub()
    let frozen = Listener(room: 3)
    let task = Task { await hub.serve(frozen, topics: [.node], after: nil) }
    while !hub.hasListener { await Task.yield() }
    for _ in 0..<10 { hub.publish(.node, [:]) }
    #expect(frozen.events.count == 3 && !hub.hasListener)
    frozen.close()
    await task.value
  }

  @Test func `after the close nobody is served`() async {
    let hub = EventHub()
    await hub.close()
    let listener = Listener()
    await hub.serve(listener, topics: [.node], after: nil)
    #expect(!hub.hasListener)
  }
}
