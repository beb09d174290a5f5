import RouterCore
import Synchronization

/// What the node looks at once a second.
extension MicrophoneIngestNode {
  /// A connection that does not stand this long after its request was accepted is given up.
  static let attachWithin = Duration.seconds(10)
  /// A sender's goodbye is answered after 2 s at most: at the look after this time.
  static let answerWithin = Duration.seconds(1)
  /// Levels are measured this long after the page has asked.
  static let watchTime = Duration.seconds(3)

  func inspect(at now: Instant) async {
    var held = 0
    for (id, seat) in seats {
      held += look(at: seat, now) ? 1 : 0
      if isAbandoned(seat, now) { await vacate(id, .lost) }
    }
    counters.held.set(held)
    if let until = watchedUntil, until <= now {
      watchedUntil = nil
      for seat in seats.values { seat.microphone.sound.watch(false) }
    }
    await disconnectIdleFeeds()
  }

  /// - Returns: whether the sender is held.
  private func look(at seat: Seat, _ now: Instant) -> Bool {
    let microphone = seat.microphone
    if let since = seat.leavingSince {
      if now - since >= MicrophoneIngestNode.answerWithin { microphone.socket.close(code: 1000, reason: "bye") }
      return false
    }
    if seat.handshake == nil, !seat.isOver, now - microphone.since >= settings.greetingTime {
      counters.silent.add()
      microphone.socket.close(code: 1008, reason: IngestSession.Refusal.handshake.reason)
      return false
    }
    return hold(microphone, now)
  }

  /// Lets a sender go on that was held long enough, and one whose sinks have room though nobody said so.
  private func hold(_ microphone: Microphone, _ now: Instant) -> Bool {
    let since = microphone.heldSince.load(ordering: .relaxed)
    guard since != 0 else { return false }
    guard microphone.record.hold.isHeld else {
      microphone.socket.resume()
      return false
    }
    guard now - Instant(nanoseconds: since) >= settings.holdTime else { return true }
    if !microphone.isOverdue.exchange(true, ordering: .relaxed) {
      counters.overdue.add()
      context.log.warning(
        "a sender was held as long as it may; what its recorder cannot take is dropped",
        ("peer", microphone.peer.description))
      microphone.socket.resume()
    }
    return false
  }

  private func isAbandoned(_ seat: Seat, _ now: Instant) -> Bool {
    !seat.microphone.socket.isAttached && now - seat.microphone.since > MicrophoneIngestNode.attachWithin
  }
}
