internal import RouterCore

/// Taking the speaker, sending, giving it back.
extension SpeakerCastNode {
  /// Makes the message that is due and does with it what its turn says.
  func step(_ due: Instant) async throws(NodeFailure) {
    if let end = connection?.link.closed { throw await lost(end) }
    let isSilent = mixer.render(at: due)
    switch turn.next(isSilent: isSilent, at: due) {
    case .rest: break
    case .begin:
      do throws(NodeFailure) {
        try await beginCast()
      } catch {
        turn.end()
        throw error
      }
      send()
    case .send: send()
    case .release:
      context.log.info("silence: the speaker is free for others", ("speaker", target?.words ?? ""))
      await endCast()
    }
    guard connection != nil, due >= nextPost else { return }
    post()
    if loss != nil { Task { await self.listenAgain() } }
  }

  private func send() {
    guard let connection else { return }
    if connection.peer.send(.binary(mixer.message)) {
      counters.messages.add()
    } else if connection.link.closed == nil {
      counters.lost.add()
    }
    guard counters.messages.current % 50 == 0 else { return }
    counters.streams.set(mixer.count)
    counters.drift.set(Int((mixer.driftPpm * 1000).rounded()))
    counters.delay.set(Int((mixer.delayMs * 1000).rounded()))
  }

  /// Takes the speaker.
  /// - Throws: `NodeFailure` `.missing` when it is busy, gone or none.
  func beginCast() async throws(NodeFailure) {
    guard let target, connection == nil else { return }
    isOwed = true
    do throws(AriaCastSender.Failure) {
      let connection = try await CastConnection.open(
        target.url.audio, client: context.sockets, on: context.loop, time: context.time)
      if Task.isCancelled { return connection.close() }
      self.connection = connection
    } catch {
      throw NodeFailure(castingTo: target.words, error)
    }
    isOwed = false
    counters.casts.add()
    counters.connected.set(1)
    context.log.info("casting", ("speaker", target.words), ("url", target.url.audio))
    post()
  }

  /// Gives the speaker back, with a goodbye.
  func endCast() async {
    turn.end()
    guard let connection else { return }
    self.connection = nil
    counters.connected.set(0)
    counters.streams.set(0)
    post()
    connection.close()
    _ = await connection.link.end.value(within: .milliseconds(500), on: context.time)
  }

  /// The speaker has ended the cast.
  private func lost(_ end: SenderLink.End) async -> NodeFailure {
    connection = nil
    turn.end()
    counters.connected.set(0)
    isOwed = true
    return NodeFailure(castingTo: target?.words ?? "", .closed(code: end.code, reason: end.reason))
  }
}
