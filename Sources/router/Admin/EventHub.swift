import RouterCore

/// One happening as `/api/v1/events` sends it.
struct HubEvent: Sendable {
  /// Raised by one with every happening; 0 for levels and meters, which are not replayed.
  var id: UInt64
  var topic: Topic
  var data: String

  enum Topic: String, Sendable, CaseIterable {
    case graph, node, stream, link, log, level, meter

    /// Not kept for those who come later, and sent only to those who ask for it.
    var isMomentary: Bool { self == .level || self == .meter }
  }
}

/// Collects what happens for `/api/v1/events`: keeps the last 1,000 for replay and hands each to every listener.
final class EventHub: GraphObserver, LogSink {
  static let kept = 1000

  private struct State {
    var lastID: UInt64 = 0
    var past: [HubEvent] = []
    var listeners: [UInt64: (topics: Set<HubEvent.Topic>, stream: any EventStream)] = [:]
    var lastListener: UInt64 = 0
    var isClosed = false
  }
  private let state = PthreadLock(State())

  func changed(_ change: GraphChange) {
    let (topic, data) = GraphJSON.change(change)
    publish(topic, data)
  }

  func write(_ line: LogLine) {
    var members: [JSON.Member] = [
      .init("level", .string(line.level.word)), .init("source", .string(line.source)),
      .init("message", .string(line.message)),
    ]
    members += line.facts.map { .init($0.0, .string($0.1)) }
    publish(.log, .object(members))
  }

  /// Keeps the event and sends it to those who want its topic. Any thread.
  func publish(_ topic: HubEvent.Topic, _ data: JSON) {
    let text = data.compact
    let receivers: [(UInt64, any EventStream, HubEvent)] = state.withLock { state in
      var event = HubEvent(id: 0, topic: topic, data: text)
      if !topic.isMomentary {
        state.lastID += 1
        event.id = state.lastID
        state.past.append(event)
        if state.past.count > 2 * Self.kept { state.past.removeFirst(state.past.count - Self.kept) }
      }
      return state.listeners.filter { $0.value.topics.contains(topic) }.map { ($0.key, $0.value.stream, event) }
    }
    for (id, stream, event) in receivers where !send(event, to: stream) { remove(id) }
  }

  func wants(_ topic: HubEvent.Topic) -> Bool {
    state.withLock { $0.listeners.contains { $0.value.topics.contains(topic) } }
  }

  var hasListener: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// Replays what came after `lastSeen`, then sends what happens until the listener leaves.
  func serve(_ stream: any EventStream, topics: Set<HubEvent.Topic>, after lastSeen: UInt64?) async {
    let (id, missed): (UInt64?, [HubEvent]) = state.withLock { state in
      if state.isClosed { return (nil, []) }
      state.lastListener += 1
      state.listeners[state.lastListener] = (topics, stream)
      guard let lastSeen else { return (state.lastListener, []) }
      return (state.lastListener, state.past.suffix(Self.kept).filter { $0.id > lastSeen && topics.contains($0.topic) })
    }
    guard let id else { return stream.close() }
    // The listener's queue holds 256; of a longer past the newest are worth most.
    for event in missed.suffix(200) where !send(event, to: stream) { break }
    await stream.waitUntilClosed()
    remove(id)
  }

  /// Ends every listener's stream.
  func close() async {
    let streams: [any EventStream] = state.withLock { state in
      state.isClosed = true
      return state.listeners.values.map(\.stream)
    }
    for stream in streams { stream.close() }
  }

  private func remove(_ id: UInt64) { state.withLock { _ = $0.listeners.removeValue(forKey: id) } }

  private func send(_ event: HubEvent, to stream: any EventStream) -> Bool {
    stream.send(event: event.topic.rawValue, id: event.id == 0 ? nil : String(event.id), data: event.data)
  }
}
