import RouterCore

/// A stage's end of a port. Data thread, but for its making.
struct TCPStreamOutput {
  let feed: any LiveFeed
  let gate: FeedGate
  let ticket: UInt64
  let counters: TCPStreamCounters
  /// Says that this way of the stream is over. Any thread; must not wait.
  let left: @Sendable () -> Void

  /// Hands bytes to the listeners, unless a newer way of the same stream does.
  func write(_ bytes: RawSpan) {
    guard feed.listeners > 0 else { return }
    guard gate.enter(ticket) == .entered else { return counters.dropped.add() }
    feed.write(bytes)
    gate.leave()
    counters.bytes.add(bytes.byteCount)
  }

  func end() {
    gate.release(ticket)
    left()
  }
}
