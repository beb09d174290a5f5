import RouterCore
import Synchronization

/// Letting microphones in and out.
extension MicrophoneIngestNode {
  /// Silence after which a sender is pinged; after twice as much it is gone.
  static let pingEvery = Duration.seconds(15)

  /// Answers an upgrade request. The stream begins with the handshake.
  func admit(_ request: HTTPRequest, on loop: Loop) -> WebSocketAnswer {
    guard isOpen else { return .refuse(.text("the node is stopping\n", status: 503)) }
    lastSeat += 1
    let id = lastSeat
    let named = request.parameters["hwid"] ?? request.query("hwid")
    let microphone = Microphone(
      id: id, peer: request.peer, hardware: named.flatMap { HardwareID($0) }, at: context.time.now)
    seats[id] = Seat(microphone: microphone)
    counters.connections.add()
    counters.connected.set(seats.count)
    let events = MicrophoneEvents(
      greeted: { handshake in Task { await self.open(id, handshake, on: loop) } },
      refused: { Task { await self.end(id, .invalid) } },
      leaving: { Task { await self.leave(id) } },
      closed: { code in Task { await self.vacate(id, code == 1006 ? .lost : .closed) } })
    return .accept(
      WebSocketAcceptance(
        messageLimit: MicrophoneSocket.messageLimit, pingEvery: MicrophoneIngestNode.pingEvery,
        handler: { [counters, settings] _, peer in
          microphone.socket.attach(peer)
          return MicrophoneSocket(microphone, counters, settings, events)
        }))
  }

  /// Builds the path of a stream; the connection is not read meanwhile.
  private func open(_ id: UInt64, _ handshake: IngestHandshake, on loop: Loop) async {
    guard isOpen, let seat = seats[id], !seat.isOver else { return }
    let microphone = seat.microphone
    noteSameID(handshake, microphone)
    seats[id]?.handshake = handshake
    microphone.record.hold.offer { [weak microphone] in microphone?.socket.resume() }
    let stream = await context.graph.open(offer(of: id, microphone, handshake), on: loop)
    guard isOpen, let now = seats[id], !now.isOver else { return await context.graph.close(stream, .lost) }
    seats[id]?.stream = stream
    counters.streams.add()
    openStreams += 1
    openNames[name(of: microphone, handshake), default: 0] += 1
    counters.streaming.set(openStreams)
    microphone.sound.watch(watchedUntil != nil)
    microphone.stream.store(stream, ordering: .releasing)
    context.log.info(
      "a microphone streams", ("peer", microphone.peer.description), ("stream", String(handshake.stream)),
      ("hwid", microphone.hardware?.description ?? "-"))
    microphone.socket.resume()
  }

  /// The sender said goodbye: what it sent is finished and written, then it is answered, after 2 s at most.
  private func leave(_ id: UInt64) async {
    guard let microphone = seats[id]?.microphone else { return }
    seats[id]?.leavingSince = context.time.now
    await end(id, .closed)
    microphone.record.unwritten.whenNone { microphone.socket.close(code: 1000, reason: "bye") }
  }

  /// Ends the stream of a connection that may still stand. Does nothing the second time.
  func end(_ id: UInt64, _ end: StreamEnd) async {
    guard let seat = seats[id], !seat.isOver else { return }
    seats[id]?.isOver = true
    seats[id]?.stream = nil
    if let stream = seat.stream {
      let microphone = seat.microphone
      forget(seat)
      context.log.info(
        "a microphone's stream ended", ("peer", microphone.peer.description), ("end", end.rawValue),
        ("frames", String(microphone.frames.load(ordering: .relaxed))),
        ("missing", String(microphone.missing.load(ordering: .relaxed))))
      await context.graph.close(stream, end)
    }
    await disconnectListeners(seat.microphone)
  }

  /// The connection is over, by whoever's wish.
  func vacate(_ id: UInt64, _ reason: StreamEnd) async {
    await end(id, reason)
    guard seats.removeValue(forKey: id) != nil else { return }
    counters.connected.set(seats.count)
  }

  private func forget(_ seat: Seat) {
    openStreams -= 1
    counters.streaming.set(openStreams)
    guard let handshake = seat.handshake else { return }
    let name = name(of: seat.microphone, handshake)
    let left = (openNames[name] ?? 1) - 1
    openNames[name] = left > 0 ? left : nil
  }

  // MARK: Words

  /// What tells streams apart in the names of files.
  private func name(of microphone: Microphone, _ handshake: IngestHandshake) -> String {
    "\(handshake.stream) \(microphone.hardware?.description ?? "")"
  }

  /// Somebody wants the sender to go.
  func disconnect(_ id: UInt64) async {
    seats[id]?.microphone.socket.close(code: 1000, reason: StreamEnd.disconnected.rawValue)
    await vacate(id, .disconnected)
  }

  private func offer(of id: UInt64, _ microphone: Microphone, _ handshake: IngestHandshake) -> StreamOffer {
    var attributes = [
      StreamFacts.stream: String(handshake.stream), StreamFacts.frameSamples: String(handshake.frameSamples),
      StreamFacts.handshake: handshake.hex,
    ]
    if let hardware = microphone.hardware { attributes[StreamFacts.hardware] = hardware.description }
    if handshake.isLowFirst { attributes[StreamFacts.nibbleOrder] = NibbleOrder.low.rawValue }
    let format = StreamFormat(
      codec: handshake.codec == .pcm ? .pcm : .imaADPCM, sampleRate: handshake.sampleRate,
      channels: handshake.channels)
    return StreamOffer(
      format: format, peer: microphone.peer.description, label: label(of: microphone, handshake),
      attributes: attributes, record: microphone.record,
      onDisconnect: { [weak self] in Task { await self?.disconnect(id) } })
  }

  func label(of microphone: Microphone, _ handshake: IngestHandshake) -> String {
    microphone.hardware?.description ?? "microphone \(handshake.stream)"
  }

  /// Two open streams of one id are both taken; files tell them apart.
  private func noteSameID(_ handshake: IngestHandshake, _ microphone: Microphone) {
    guard openNames[name(of: microphone, handshake)] != nil else { return }
    counters.sameIDs.add()
    context.log.warning(
      "another stream of that id is open; both are taken", ("stream", String(handshake.stream)),
      ("peer", microphone.peer.description))
  }

}
