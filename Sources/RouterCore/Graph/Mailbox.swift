/// What waits to be delivered to one node: states conflated, occurrences queued up to 4,096. Pure.
struct MailQueue {
  struct Letter {
    var event: Event
    var port: String
  }

  static let limit = 4_096
  private var letters: [Letter] = []
  /// Letters before this index are taken.
  private var first = 0
  private var occurrences = 0

  var isEmpty: Bool { first == letters.count }

  /// - Returns: false when the letter was dropped because 4,096 occurrences wait already.
  mutating func put(_ letter: Letter) -> Bool {
    if type(of: letter.event.payload).kind == .state {
      if let waiting = letters[first...].firstIndex(where: {
        $0.port == letter.port && $0.event.isSameState(as: letter.event)
      }) {
        letters.remove(at: waiting)
      }
      letters.append(letter)
      return true
    }
    guard occurrences < Self.limit else { return false }
    occurrences += 1
    letters.append(letter)
    return true
  }

  mutating func take() -> Letter? {
    guard !isEmpty else { return nil }
    let letter = letters[first]
    first += 1
    if first > 64, first * 2 > letters.count {
      letters.removeFirst(first)
      first = 0
    }
    if type(of: letter.event.payload).kind == .occurrence { occurrences -= 1 }
    return letter
  }
}

extension Event {
  /// Both tell of the same thing: same source, key and payload type.
  func isSameState(as other: Event) -> Bool {
    source == other.source && key == other.key && type(of: payload).name == type(of: other.payload).name
  }

  /// The same event one link further.
  func passed() -> Event {
    Event(source: source, payload: payload, key: key, isWithdrawn: isWithdrawn, hops: hops + 1)
  }
}

/// Delivers events to one node in order, one at a time. Belongs to the node's id and survives its replacement.
actor Mailbox {
  private var queue = MailQueue()
  private var isDelivering = false
  private let dropped: Metric
  /// The node it belongs to.
  private var node: NodeID
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private let deliver: @Sendable (Event, NodeID, String) async -> Void

  init(
    node: NodeID, dropped: Metric, deliver: @escaping @Sendable (Event, NodeID, String) async -> Void
  ) {
    self.node = node
    self.dropped = dropped
    self.deliver = deliver
  }

  /// The node has another id from now on.
  func move(to node: NodeID) { self.node = node }

  func put(_ event: Event, on port: String) {
    if !queue.put(.init(event: event, port: port)) { dropped.add() }
    guard !isDelivering else { return }
    isDelivering = true
    Task { await self.deliverAll() }
  }

  private func deliverAll() async {
    while let letter = queue.take() {
      await EventHops.$current.withValue(letter.event.hops) { await deliver(letter.event, node, letter.port) }
    }
    isDelivering = false
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  /// Returns when nothing waits to be delivered.
  /// - Returns: false if nothing waited.
  func drain() async -> Bool {
    guard isDelivering else { return false }
    await withCheckedContinuation { waiters.append($0) }
    return true
  }
}

/// How many event links lie behind what a node does now: what it emits while it takes an event is one further.
enum EventHops {
  @TaskLocal static var current = 0
  static let limit = 16
}
