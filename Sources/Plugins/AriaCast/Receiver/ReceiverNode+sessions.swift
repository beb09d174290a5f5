import RouterCore
import Synchronization

/// Letting senders in and out.
extension ReceiverNode {
  /// Answers an upgrade request: 403 for a taken receiver, else the stream stands before the 101 is written.
  func admit(_ request: HTTPRequest, on loop: Loop) async -> WebSocketAnswer {
    guard isOpen else { return .refuse(.text("the receiver is stopping\n", status: 503)) }
    let now = context.time.now
    lastSession += 1
    let session = lastSession
    switch takeOver.arrive(.init(session: session, host: request.peer.host), at: now, lastFrame: lastFrame) {
    case .refuse: return refuse(request.peer, at: now)
    case .accept(let old):
      if let old { await supersede(old, by: request.peer) }
      let record = PathRecord()
      let offer = offer(of: session, request.peer, rate: CastFormat.sampleRate, record)
      let stream = await context.graph.open(offer, on: loop)
      // Another sender, or the end of the node, may have come while the path was built.
      guard isOpen, takeOver.holder?.session == session else {
        await context.graph.close(stream, isOpen ? .superseded : .stopping)
        takeOver.leave(session)
        return .refuse(busy)
      }
      let state = SessionState(
        id: session, peer: request.peer, stream: stream, rate: CastFormat.sampleRate, record: record,
        at: context.time.now)
      seats[session] = Seat(
        state: state, stream: stream, since: context.time.now, wantedRate: CastFormat.sampleRate)
      forgetOtherSender(than: request.peer.host)
      return accept(request, state, on: loop)
    }
  }

  private func accept(_ request: HTTPRequest, _ state: SessionState, on loop: Loop) -> WebSocketAnswer {
    counters.sessions.add()
    counters.connected.set(seats.count)
    context.log.info("a sender connected", ("peer", request.peer.description))
    let events = IngestEvents(
      rateChanged: { rate in Task { await self.reopen(state.id, rate: rate, on: loop) } },
      closed: { code in Task { await self.ended(state.id, code: code) } })
    return .accept(
      WebSocketAcceptance(
        subprotocol: firstSubprotocol(request.fields), greeting: [.text(Handshake.ready)], messageLimit: 64 << 10,
        handler: { [counters, live] loop, peer in
          state.socket.attach(peer)
          return AudioIngest(session: state, counters: counters, events: events, live: live, on: loop)
        }))
  }

  /// The connection of a session is over, by whoever's wish.
  func ended(_ session: UInt64, code: UInt16) async {
    guard let seat = seats[session] else { return }
    let state = seat.state
    context.log.info(
      "the sender left", ("peer", state.peer.description), ("code", String(code)),
      ("messages", String(state.messages.load(ordering: .relaxed))),
      ("late", String(state.late.load(ordering: .relaxed))),
      ("oddSizes", String(state.unusual.load(ordering: .relaxed))),
      ("dropped", String(state.dropped.load(ordering: .relaxed))))
    await vacate(session, code == 1006 ? .lost : .closed)
  }

  /// Ends a session's stream and frees its place. Does nothing the second time.
  func vacate(_ session: UInt64, _ end: StreamEnd) async {
    takeOver.leave(session)
    guard let seat = seats.removeValue(forKey: session) else { return }
    counters.connected.set(seats.count)
    if seats.isEmpty, metadata.isPlaying == true {
      metadata.isPlaying = false
      publishMetadata()
    }
    if let stream = seat.stream { await context.graph.close(stream, end) }
  }

  /// What the sender before played is not what this one plays. The same sender finds its words again.
  private func forgetOtherSender(than host: String) {
    let before = lastAudioHost
    lastAudioHost = host
    if let before, before != host, before == metadataHost { clearMetadata(from: host) }
  }

  private func supersede(_ session: UInt64, by newcomer: PeerAddress) async {
    guard let seat = seats[session] else { return }
    counters.superseded.add()
    context.log.info(
      "another sender takes over", ("peer", newcomer.description), ("from", seat.state.peer.description))
    seat.state.socket.close(code: 1000, reason: "superseded")
    await vacate(session, .superseded)
  }

  /// Closes the session's stream and opens one of another rate; the sender is not read meanwhile.
  func reopen(_ session: UInt64, rate: Int, on loop: Loop) async {
    guard let seat = seats[session] else { return }
    seats[session]?.wantedRate = rate
    guard let old = seat.stream else { return }
    seats[session]?.stream = nil
    await context.graph.close(old, .closed)
    context.log.info("the sender's messages mean \(rate) Hz", ("peer", seat.state.peer.description))
    var opened = await context.graph.open(offer(of: session, seat.state.peer, rate: rate, seat.state.record), on: loop)
    var openedRate = rate
    while let now = seats[session], now.wantedRate != openedRate {
      await context.graph.close(opened, .closed)
      openedRate = now.wantedRate
      opened = await context.graph.open(
        offer(of: session, seat.state.peer, rate: openedRate, seat.state.record), on: loop)
    }
    guard seats[session] != nil else { return await context.graph.close(opened, .closed) }
    seats[session]?.stream = opened
    seat.state.rate.store(openedRate, ordering: .relaxed)
    seat.state.stream.store(opened, ordering: .releasing)
    seat.state.socket.resume()
  }

  // MARK: Answers

  private var lastFrame: Instant {
    let holder = takeOver.holder.flatMap { seats[$0.session] }
    return holder.map { Instant(nanoseconds: $0.state.lastFrame.load(ordering: .relaxed)) } ?? context.time.now
  }

  private func offer(of session: UInt64, _ peer: PeerAddress, rate: Int, _ record: PathRecord) -> StreamOffer {
    StreamOffer(
      format: CastFormat.stream(at: rate), peer: peer.description, label: peer.host, record: record,
      onDisconnect: { [weak self] in Task { await self?.disconnect(session) } })
  }

  /// Somebody wants the sender to go.
  func disconnect(_ session: UInt64) async {
    seats[session]?.state.socket.close(code: 1000, reason: StreamEnd.disconnected.rawValue)
    await vacate(session, .disconnected)
  }

  private var busy: HTTPResponse { .json(["error": "another sender is playing"], status: 403) }

  /// Senders come back every few seconds: each refusal is counted, one in ten seconds is logged.
  private func refuse(_ peer: PeerAddress, at now: Instant) -> WebSocketAnswer {
    counters.refused.add()
    if lastRefusal.map({ now - $0 >= .seconds(10) }) ?? true {
      lastRefusal = now
      context.log.info("a second sender is refused", ("peer", peer.description))
    }
    return .refuse(busy)
  }
}
