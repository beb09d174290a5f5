internal import RouterCore

/// Peers that connect and say nothing: players of plain TCP.
extension Connection {
  /// How long a peer may take for its first byte before it counts as one that only listens.
  static let moment = Duration.milliseconds(200)

  /// Where the listener has something for peers that say nothing, waits a moment for the first byte.
  func waitForWord(on loop: isolated Loop) {
    guard listener.gate.silence(for: peer) != nil else { return }
    let connection = Confined(self, to: loop)
    loop.schedule(at: loop.time.now + Connection.moment) { loop in
      guard let connection = connection.open(on: loop), connection.takeSilence(on: loop) else { return }
      connection.updateInterest(on: loop)
    }
  }

  /// Takes a peer that has said nothing yet for one that only listens.
  /// - Returns: false when it has said something, or there is nothing for it; then nothing has changed.
  func takeSilence(on loop: isolated Loop) -> Bool {
    guard phase == .head, exchangeCount == 0, parser.isFresh, tail.isEmpty, !isWindingDown,
      let (any, lease) = listener.gate.silence(for: peer)
    else { return false }
    self.lease = lease
    keepsAlive = false
    timer.start(.nothing, at: loop.time.now)
    guard let feed = any as? Feed, feed.settings.framing == .body, !feed.isClosed, let local = shard.feed(feed),
      feed.reserve()
    else {
      close(on: loop, counting: "too many listeners")
      return true
    }
    beginLive(local, opening: feed.settings.opening, isChunked: false, on: loop)
    return true
  }
}
