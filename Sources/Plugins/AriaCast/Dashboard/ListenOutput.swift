import RouterCore

/// What browsers hear: the newest stream's sound, one WebSocket message a packet, nothing while nobody sends.
///
/// A player in a browser keeps time by itself, so that silence need not be sent. Unchecked because the compiler cannot
/// see that `feed` is touched only between entering and leaving the gate, which lets one thread in at a time.
final class ListenOutput: @unchecked Sendable {
  /// Of the messages: 16-bit PCM as AriaCast has it.
  static let format = CastFormat.stream(at: CastFormat.sampleRate)

  private var feed: (any LiveFeed)?
  private let gate = FeedGate()
  private let superseded: Metric
  private let collisions: Metric

  init(_ metrics: NodeMetrics) {
    let dropped = "Packets that browsers do not hear, by reason"
    superseded = metrics.counter("router_dashboard_dropped_total", dropped, reason: "superseded")
    collisions = metrics.counter("router_dashboard_dropped_total", dropped, reason: "collision")
  }

  /// Gives listeners another feed, or none. Control side.
  func connect(_ feed: (any LiveFeed)?) async {
    while !gate.enterBetween() { await Task.yield() }
    self.feed = feed
    gate.leave()
  }

  /// Asks for the listeners on behalf of a stream; every `true` is followed by ``end()``. Data thread.
  /// - Returns: false when a newer stream has them, or another thread is in the middle of a write.
  func begin(_ ticket: UInt64) -> Bool {
    switch gate.enter(ticket) {
    case .entered: return true
    case .superseded:
      superseded.add()
      return false
    case .busy:
      collisions.add()
      return false
    }
  }

  /// Writes one message. Between ``begin(_:)`` and ``end()``.
  func write(_ bytes: RawSpan) { feed?.write(bytes) }

  func end() { gate.leave() }

  /// Lets an older stream be heard again when one is over.
  func release(_ ticket: UInt64) { gate.release(ticket) }
}
