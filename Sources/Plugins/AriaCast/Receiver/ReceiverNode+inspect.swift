import RouterCore
import Synchronization

/// What the receiver looks at once a second.
extension ReceiverNode {
  /// A connection that does not stand this long after its request was accepted is given up.
  static let attachWithin = Duration.seconds(10)
  /// Nothing but zeros for this long is worth a line in the log.
  static let zeroWarning = Duration.seconds(10)

  func inspect(at now: Instant) async {
    for (session, seat) in seats where !seat.state.socket.isAttached && now - seat.since > ReceiverNode.attachWithin {
      seat.state.socket.close(code: 1001, reason: "too late")
      await vacate(session, .lost)
    }
    let total = counters.messages.current
    counters.packetsPerSecond.set(total - messagesSeen)
    messagesSeen = total
    counters.silentSeconds.set(silence(at: now))
    sendStatistics()
    if isDiscoveryDue { await moveDiscovery() }
  }

  /// Whole seconds of nothing but zeros, the longest of all seats; says so once a session.
  private func silence(at now: Instant) -> Int {
    var longest = Duration.zero
    for (session, seat) in seats {
      let since = seat.state.zeroSince.load(ordering: .relaxed)
      guard since > 0 else { continue }
      let silent = now - Instant(nanoseconds: since)
      longest = max(longest, silent)
      if silent >= ReceiverNode.zeroWarning, !seat.hasWarned {
        seats[session]?.hasWarned = true
        let peer = ("peer", seat.state.peer.description)
        if metadata.isPlaying == true {
          context.log.warning(
            "the sender plays but has sent only zeros for 10 s: its app does not let the sound be captured", peer)
        } else {
          context.log.info(
            "the sender has sent only zeros for 10 s: it is paused, or its app does not let the sound be captured",
            peer)
        }
      }
    }
    return Int(longest.seconds)
  }
}
