import RouterCore

/// What browsers do, and what comes of it.
extension BrowsersNode {
  /// Answers an upgrade request.
  func admit(_ inbox: AsyncStream<BrowserMessage>.Continuation) -> WebSocketAnswer {
    guard seats.count < config.maxClients else {
      return .refuse(.text("503 Service Unavailable: no room for another browser\n", status: 503))
    }
    lastSeat += 1
    let id = lastSeat
    return .accept(
      WebSocketAcceptance(
        messageLimit: BrowserSeat.messageLimit, pingEvery: .seconds(15),
        handler: { _, peer in
          let backlog = TextBacklog(limit: BrowserSeat.backlog)
          inbox.yield(.joined(id, BrowserSeat(peer: peer, waiting: backlog)))
          return InboxSocket(backlog, said: { inbox.yield(.said(id, $0)) }, left: { inbox.yield(.left(id)) })
        }))
  }

  func take(_ message: BrowserMessage) {
    switch message {
    case .joined(let id, let seat):
      seats[id] = seat
      isStopped = false
      audience.join(id)
      counters.clients.set(seats.count)
    case .left(let id):
      seats[id] = nil
      counters.clients.set(seats.count)
      tell(audience.leave(id, at: context.time.now))
      awaitReturn()
    case .said(let id, let bytes):
      guard let seat = seats[id] else { return }
      seat.waiting.take()
      hear(BrowserWord(bytes), id, seat)
    }
  }

  private func hear(_ word: BrowserWord, _ id: UInt64, _ seat: BrowserSeat) {
    switch word {
    case .hello(let isLocked, let plays): greet(id, seat, isLocked: isLocked, plays: plays)
    case .ended(let slot, let play): finished(id, slot, play, failed: false)
    case .failed(let slot, let play): finished(id, slot, play, failed: true)
    case .started(_, let milliseconds): counters.pressToSound.set(Int(milliseconds * 1000))
    case .ping(let mark):
      guard audience.isGreeted(id) else { return }
      send(WebSocketBatch([.text(JSON.object([.init("type", "pong"), .init("t", mark ?? .null)]).compact)]), to: seat)
    case .unknown: context.log.debug("a browser said something unknown", ("peer", seat.peer.address.description))
    case .wrong:
      counters.wrong.add()
      context.log.debug("a browser said something that is no message", ("peer", seat.peer.address.description))
    }
  }

  private func greet(_ id: UInt64, _ seat: BrowserSeat, isLocked: Bool, plays: Int?) {
    let now = context.time.now
    let welcome = audience.greet(id, isLocked: isLocked, plays: plays, at: now, length: lengths)
    tell(welcome.event)
    let state = state(playing: welcome.play).compact
    seats[id]?.state = state
    send(WebSocketBatch([.text(state)]), to: seat)
    guard let play = welcome.play, !welcome.isKnown else { return }
    send(WebSocketBatch([.text(PanelWord.play(play, at: now, offset: now - play.since))]), to: seat)
  }

  private func finished(_ id: UInt64, _ slot: Int?, _ play: Int?, failed: Bool) {
    tell(audience.finished(id, slot: slot, number: play, failed: failed, at: context.time.now, length: lengths))
  }

  // MARK: Plays

  func follow(_ playback: PlaybackEvent) {
    guard playback.action == .play, let slot = playback.slot else {
      audience.stop()
      // Stop and play go out in one write.
      if !playback.isFollowed { sendToAll([PanelWord.stop]) }
      isStopped = !playback.isFollowed
      return
    }
    let now = context.time.now
    let event = audience.begin(playback.play, slot: slot, pressedAt: playback.pressedAt, at: now)
    if let play = audience.current(at: now, length: lengths) {
      let word = PanelWord.play(play, at: now)
      sendToAll(isStopped ? [word] : [PanelWord.stop, word])
      isStopped = false
      counters.plays.add()
    }
    tell(event)
    // After the browsers were told: nobody waits for the disk.
    let (folder, blocking) = (folder, context.blocking)
    Task { await folder.learnLength(of: slot, blocking) }
  }

  /// Lengths of sounds, as far as they are known.
  var lengths: (Int) -> Duration? {
    let folder = folder
    return { folder.length(of: $0) }
  }

  private func tell(_ event: EndedEvent?) {
    if let event { say(event, on: "ended") }
  }

  /// When the last who played was lost: looks again when its time is up.
  private func awaitReturn() {
    guard let deadline = audience.deadline else { return }
    let time = context.time
    Task {
      try? await time.sleep(until: deadline)
      tell(audience.expire(at: time.now))
    }
  }

  // MARK: Sending

  /// Tells the pages that introduced themselves what is other than before.
  func tellPages() {
    let playing = audience.current(at: context.time.now, length: lengths)
    let text = state(playing: playing).compact
    let batch = WebSocketBatch([.text(text)])
    for id in audience.greeted {
      guard let seat = seats[id], seat.state != text else { continue }
      seats[id]?.state = text
      send(batch, to: seat)
    }
  }

  private func sendToAll(_ texts: [String]) {
    let batch = WebSocketBatch(texts.map { .text($0) })
    for seat in seats.values { send(batch, to: seat) }
  }

  /// A browser that does not take what it is sent is closed; a page comes back by itself.
  private func send(_ batch: WebSocketBatch, to seat: BrowserSeat) {
    guard !seat.peer.send(batch) else { return }
    counters.slow.add()
    seat.peer.close(code: 1013, reason: "too slow")
  }

  /// What pages show beside what plays.
  private func state(playing: Audience.Play?) -> JSON {
    var members: [JSON.Member] = [
      .init("type", "state"), .init("name", .string(title)), .init("count", .integer(Int64(config.mediaCount))),
      .init("base", .integer(Int64(config.base))), .init("media", .integer(Int64(folder.revision))),
      .init("missing", .integer(Int64(folder.inventory.missing.count))),
      .init("panel", report.isConnected.map { .bool($0) } ?? .null),
    ]
    members.append(.init("plays", playing?.number.map { .integer(Int64($0)) } ?? .null))
    return .object(members)
  }

  var title: String { config.name.isEmpty ? context.label : config.name }
}
