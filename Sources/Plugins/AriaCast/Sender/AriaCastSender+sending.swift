import RouterCore

/// The course of one cast.
extension AriaCastSender {
  /// Sends message after message, each at its time.
  func send(
    _ source: CastSource, to peer: any WebSocketPeer, _ link: SenderLink, realtime: Bool,
    _ progress: (Progress) -> Void
  ) async throws(Failure) -> Summary {
    var summary = Summary()
    let begin = time.now
    while let messages = try await source.next() {
      for message in messages {
        let due = begin + .milliseconds(20 * summary.messages)
        if realtime {
          do { try await time.sleep(until: due) } catch { return summary }
          if time.now - due > .milliseconds(100) { summary.late += 1 }
        }
        guard try await push(message, to: peer, link) else { return summary }
        summary.messages += 1
        summary.elapsed = time.now - begin
        progress(Progress(sent: summary.sound, total: source.length, messages: summary.messages))
      }
    }
    return summary
  }

  /// Queues one message; waits while the queue is full.
  /// - Returns: false when the task was cancelled.
  private func push(_ message: [UInt8], to peer: any WebSocketPeer, _ link: SenderLink) async throws(Failure) -> Bool {
    while !peer.send(.binary(message)) {
      if let lost = link.closed { throw .closed(code: lost.code, reason: lost.reason) }
      do { try await time.sleep(until: time.now + AriaCastSender.queueWait) } catch { return false }
    }
    return !Task.isCancelled
  }
}
