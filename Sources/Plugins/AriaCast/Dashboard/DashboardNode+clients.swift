import RouterCore

/// What clients do, and what comes of it.
extension DashboardNode {
  func take(_ message: PageMessage) async {
    switch message {
    case .joined(let id, let seat): greet(id, seat)
    case .left(let id):
      seats[id] = nil
      pages.set(seats.count)
    case .said(let id, let bytes):
      seats[id]?.waiting.take()
      guard let seat = seats[id] else { return }
      switch seat.kind {
      case .page: await hearPage(bytes, id, seat)
      case .control: await hearController(bytes, seat)
      case .metadata: hearReader(bytes, seat)
      }
    }
  }

  private func greet(_ id: UInt64, _ seat: PageSeat) {
    seats[id] = seat
    pages.set(seats.count)
    switch seat.kind {
    case .page:
      seats[id]?.logSeen = state.log.newest
      send(wholeState(seat, at: context.time.now).compact, to: seat)
    case .control: send(handshake, to: seat)
    case .metadata: send(metadataMessage, to: seat)
    }
  }

  /// As the stream port greets; -1 while no speaker has said how loud it is.
  private var handshake: String {
    if let volume { return ControlReply.handshake(volume) }
    let json: JSON = ["status": "READY", "volume_available": false, "current_volume": -1]
    return json.compact
  }

  // MARK: Messages

  /// A page gives its token, or presses a button: `{"token":…}`, or what controllers say on `/control`.
  private func hearPage(_ bytes: [UInt8], _ id: UInt64, _ seat: PageSeat) async {
    guard let json = try? JSON(strict: bytes) else { return refuse("not JSON", seat) }
    if let given = json["token"]?.text {
      let isRight = access.matches(given)
      seats[id]?.isTrusted = seat.isTrusted || isRight
      let answer: JSON = ["mayControl": .bool(seat.isTrusted || isRight), "isWrong": .bool(!isRight)]
      return send(answer.compact, to: seat)
    }
    guard seat.isTrusted else { return refuse("token", seat) }
    if case .failure(let refusal) = await obey(ControlRequest.read(json)) { refuse(refusal.text, seat) }
  }

  private func refuse(_ reason: String, _ seat: PageSeat) {
    send(JSON.object([.init("refused", .string(reason))]).compact, to: seat)
  }

  private func hearController(_ bytes: [UInt8], _ seat: PageSeat) async {
    guard seat.isTrusted else { return send(ControlReply.error(whyNot).compact, to: seat) }
    switch await obey(ControlRequest.read(bytes)) {
    case .success(let reply?): send(reply.compact, to: seat)
    case .success(nil): break
    case .failure(let refusal): send(ControlReply.error(refusal.text).compact, to: seat)
    }
  }

  /// Senders push to the receiver's `/metadata`; here it is read.
  private func hearReader(_ bytes: [UInt8], _ seat: PageSeat) {
    guard let json = try? JSON(strict: bytes), json.members != nil else { return say("Invalid JSON", seat) }
    switch json["type"]?.text {
    case "get": send(metadataMessage, to: seat)
    case "update", "clear": say("read only here: push to the stream port", seat)
    default: break
    }
  }

  private func say(_ error: String, _ seat: PageSeat) {
    send(JSON.object([.init("type", "error"), .init("message", .string(error))]).compact, to: seat)
  }

  // MARK: Commands

  /// Why a command was not passed on.
  struct Refusal: Error, Equatable {
    var text: String
  }

  /// Passes a command on to the output `control`.
  /// - Returns: what AriaCast answers; nil where it is silent.
  func obey(_ request: ControlRequest) async -> Result<JSON?, Refusal> {
    switch request {
    case .nothing: return .success(nil)
    case .wrong(let reason): return .failure(Refusal(text: reason))
    case .transport(let event, let word):
      await wish(.transport(event))
      return .success(ControlReply.done(event, word: word, delivered: 1))
    case .playPause(let word):
      let event = TransportEvent(state.metadata.isPlaying == true ? .pause : .play)
      await wish(.transport(event))
      return .success(ControlReply.done(event, word: word, delivered: 1))
    case .volume(let wanted, let word): return await obey(wanted, word)
    }
  }

  private func obey(_ wanted: VolumeWish, _ word: ControlRequest.VolumeWord) async -> Result<JSON?, Refusal> {
    var expected = volume ?? ReceiverVolume()
    _ = expected.apply(wanted)
    switch wanted {
    case .get:
      guard volume != nil else { return .failure(Refusal(text: "no speaker has said how loud it is")) }
    case .set: await wish(.volume(percent: expected.percent))
    case .step(let by): await wish(.step(percent: by))
    case .mute: await wish(.mute(expected.isMuted))
    }
    return .success(ControlReply.volume(word, expected))
  }

  private func wish(_ wish: ControlEvent.Wish) async {
    await context.graph.emit(ControlEvent(wish), on: "control")
  }
}
