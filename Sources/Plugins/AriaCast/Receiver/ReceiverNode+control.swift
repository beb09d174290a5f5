import RouterCore

/// `/control` and `/api/command`.
extension ReceiverNode {
  func talkControl(_ talk: Conversation) async {
    let client = nextClient()
    controls.join(client, talk.peer)
    board.join(client, host: talk.peer.address.host)
    counters.controllers.set(controls.count)
    controls.send(ControlReply.handshake(volume), to: client)
    for await text in talk.messages {
      if let reply = obey(ControlRequest.read(text), from: client) { controls.send(reply.compact, to: client) }
      talk.answered()
    }
    controls.leave(client)
    board.leave(client)
    counters.controllers.set(controls.count)
  }

  func command(_ request: HTTPRequest) -> HTTPResponse {
    let wish = ControlRequest.read(request.body)
    let reply = obey(wish, from: nil) ?? ControlReply.error("no command")
    let isRefused = reply["error"] != nil
    return CrossOrigin.allow(.json(reply, status: isRefused ? 400 : 200), for: request)
  }

  /// The wish of a page inside the router: as a controller's command, without an answer.
  func receive(_ event: Event, on port: String) async {
    guard let control = event.payload as? ControlEvent, !event.isWithdrawn else { return }
    switch control.wish {
    case .transport(let event): _ = pass(event, from: nil)
    case .volume(let percent): turn(.set(percent), from: nil)
    case .step(let percent): turn(.step(percent), from: nil)
    case .mute(let isMuted): turn(.mute(isMuted), from: nil)
    }
  }

  /// - Returns: What the client is answered; nil for nothing.
  private func obey(_ request: ControlRequest, from client: UInt64?) -> JSON? {
    switch request {
    case .transport(let event, let word):
      return ControlReply.done(event, word: word, delivered: pass(event, from: client))
    case .playPause(let word):
      let event = TransportEvent(metadata.isPlaying.map { $0 ? .pause : .play } ?? .toggle)
      return ControlReply.done(event, word: word, delivered: pass(event, from: client))
    case .volume(let wish, let word):
      turn(wish, from: client)
      return ControlReply.volume(word, volume)
    case .nothing: return nil
    case .wrong(let text):
      counters.wrongCommands.add()
      return ControlReply.error(text)
    }
  }

  /// Forwards a command to every sender, once, and tells the graph.
  ///
  /// What is played is not touched: whether the sender really pauses, its next metadata say.
  /// - Returns: Senders it went to.
  private func pass(_ event: TransportEvent, from client: UInt64?) -> Int {
    counters.commands.add()
    if let client { board.commanded(client) }
    let senders = board.senders(except: client, audioHost: audioHost)
    controls.send(ControlReply.action(event), to: senders)
    emit(event, on: "transport")
    return senders.count
  }

  // MARK: Volume

  private func turn(_ wish: VolumeWish, from client: UInt64?) {
    guard volume.apply(wish) || !isVolumeKnown && wish != .get else { return }
    announceVolume(from: client)
  }

  /// Tells everybody but the one it came from how loud it is now.
  func announceVolume(from client: UInt64?) {
    isVolumeKnown = true
    counters.volume.set(volume.level)
    controls.send(ControlReply.announcement(volume), to: board.others(than: client))
    emit(volume.event, on: "volume")
    outbox?.put { [store = context.store, json = volume.json] in await store.set("volume", to: json) }
  }

  func emit(_ payload: any EventPayload, on port: String) {
    outbox?.put { [graph = context.graph] in await graph.emit(payload, on: port) }
  }
}
