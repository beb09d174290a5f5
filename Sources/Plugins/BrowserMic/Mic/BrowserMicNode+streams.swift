import RouterCore
import Synchronization

/// Letting browsers in and out.
extension BrowserMicNode {
  /// Silence after which a browser is pinged; after twice as much it is gone.
  static let pingEvery = Duration.seconds(15)

  /// Answers an upgrade request. The stream begins with the start message.
  func admit(_ request: HTTPRequest, on loop: Loop) -> WebSocketAnswer {
    guard isOpen else { return .refuse(.text("the node is stopping\n", status: 503)) }
    lastSeat += 1
    let id = lastSeat
    let sender = MicSender(id: id, peer: request.peer, at: context.time.now)
    seats[id] = Seat(sender: sender, loop: loop)
    counters.connections.add()
    counters.connected.set(seats.count)
    let events = MicEvents(
      said: { text in Task { await self.hear(text, from: id) } },
      refused: { Task { await self.leave(id, .invalid) } },
      leaving: { Task { await self.leave(id, .closed) } },
      closed: { code in Task { await self.vacate(id, code) } })
    return .accept(
      WebSocketAcceptance(
        messageLimit: MicSocket.messageLimit, pingEvery: BrowserMicNode.pingEvery,
        handler: { [counters] _, peer in
          sender.socket.attach(peer)
          return MicSocket(sender, counters, events)
        }))
  }

  /// A text message.
  private func hear(_ text: [UInt8], from id: UInt64) async {
    guard let seat = seats[id], !seat.isOver else { return }
    guard let word = MicText(text) else {
      counters.refusedWords()
      return await dismiss(id, code: 1007, "text must be JSON with a type", .invalid)
    }
    switch word {
    case .start(let json) where seat.stream == nil: await begin(json, id, seat)
    case .start: await dismiss(id, code: 1008, "a connection starts once", .invalid)
    case .stop:
      if let stream = seat.stream { await end(stream, .closed, saying: "requested") }
    case .level, .other:
      if seat.stream == nil { await dismiss(id, code: 1008, MicSocket.Refusal.early.reason, .invalid) }
    }
  }

  private func begin(_ json: JSON, _ id: UInt64, _ seat: Seat) async {
    let begun: StreamRegistry.Begun
    do {
      let hello = try MicHello(json)
      begun = try registry.begin(
        hello, client: seat.sender.peer.host, secret: Secrets.fresh(), at: context.time.now, .now())
      await open(begun, hello.format, id, seat)
    } catch let fault as MicHello.Fault {
      counters.refusedHello()
      seat.sender.socket.send(MicWord.error(fault.rawValue, fault.text))
      await dismiss(id, code: 1008, fault.text, .invalid)
    } catch {
      let refusal = error as? StreamRegistry.Refusal ?? .full
      counters.refusedHello()
      seat.sender.socket.send(MicWord.error("refused", refusal.rawValue))
      await dismiss(id, code: 1008, refusal.rawValue, .invalid)
    }
  }

  /// Builds the path of a stream, or goes on with the one that stands; the connection is not read meanwhile.
  private func open(_ begun: StreamRegistry.Begun, _ format: MicFormat, _ id: UInt64, _ seat: Seat) async {
    let stream = begun.stream
    seats[id]?.stream = stream.id
    let old = paths[stream.id]
    if let before = old?.seat { replace(before) }
    if let old, !begun.isReshaped, old.loop === seat.loop {
      paths[stream.id]?.seat = id
      counters.resumed.add()
    } else {
      guard await build(stream, format, id, seat, after: old) else { return }
    }
    guard let path = paths[stream.id], path.seat == id else { return }
    seats[id]?.began = context.time.now
    let urls = places(of: stream, path)
    seat.sender.socket.send(
      MicWord.started(stream, urls: urls.json, port: urls.port ?? 0, isResumed: begun.isKnown && old != nil))
    seat.sender.begin(
      MicSender.Path(format: format, expected: path.expected, sound: path.sound), on: path.graph)
    context.log.info(
      old == nil ? "a browser streams" : "a browser goes on", ("peer", seat.sender.peer.description),
      ("stream", stream.id), ("name", stream.name), ("format", format.stream.description))
    tellStreams()
  }

  /// - Returns: false if the connection went away meanwhile.
  private func build(
    _ stream: MicStream, _ format: MicFormat, _ id: UInt64, _ seat: Seat, after old: Path?
  ) async -> Bool {
    if let old {
      paths[stream.id] = nil
      await context.graph.close(old.graph, .superseded)
      await old.sound.listeners?.close()
    }
    let record = PathRecord()
    let graph = await context.graph.open(offer(of: stream, format, seat.sender.peer, record), on: seat.loop)
    // Meanwhile the browser may have left, or come by another connection as well.
    guard isOpen, seats[id]?.isOver == false, registry.streams[stream.id] != nil, paths[stream.id] == nil else {
      await context.graph.close(graph, .lost)
      seats[id]?.stream = nil
      await dismiss(id, code: 1008, "the stream goes on elsewhere", .superseded)
      return false
    }
    paths[stream.id] = Path(
      graph: graph, loop: seat.loop, record: record, sound: MicSound(), format: format, seat: id)
    if old == nil { counters.streams.add() }
    counters.streaming.set(paths.count)
    return true
  }

  private func offer(
    of stream: MicStream, _ format: MicFormat, _ peer: PeerAddress, _ record: PathRecord
  ) -> StreamOffer {
    var attributes = [
      "streamId": String(stream.id.dropFirst("stream_".count)), "serviceId": stream.id,
      "bitrateKbps": String(stream.bitrate),
      "audioSource": stream.source, "codec": format.codec.rawValue,
    ]
    if let port = stream.wishedPort { attributes["port"] = String(port) }
    return StreamOffer(
      format: format.stream, peer: peer.description, label: stream.name, attributes: attributes, record: record,
      onDisconnect: { [weak self, id = stream.id] in
        Task { await self?.end(id, .disconnected, saying: StreamEnd.disconnected.rawValue) }
      })
  }

  // MARK: Ends

  /// Another connection took over the stream of this one.
  private func replace(_ id: UInt64) {
    guard let seat = seats[id] else { return }
    seat.sender.detach()
    seats[id]?.isOver = true
    seats[id]?.stream = nil
    if let stream = seat.stream { remember(seat.sender, of: stream) }
    seat.sender.socket.close(code: 1000, reason: "went on elsewhere")
  }

  /// Where the sound of a connection stopped.
  private func remember(_ sender: MicSender, of stream: String) {
    let expected = sender.expected.load(ordering: .relaxed)
    if expected > 0 { paths[stream]?.expected = expected - 1 }
  }

  /// A connection that is not wanted any more; its stream ends with it.
  func dismiss(_ id: UInt64, code: UInt16, _ reason: String, _ end: StreamEnd) async {
    guard let seat = seats[id] else { return }
    seat.sender.socket.close(code: code, reason: reason)
    await leave(id, end)
  }

  /// The browser said goodbye or broke the protocol: its stream is over.
  func leave(_ id: UInt64, _ end: StreamEnd) async {
    guard let seat = seats[id], !seat.isOver else { return }
    seats[id]?.isOver = true
    if let stream = seat.stream { await self.end(stream, end, saying: nil) }
  }

  /// The connection is over, by whoever's wish. A stream whose connection broke without a word is kept for a while.
  func vacate(_ id: UInt64, _ code: UInt16) async {
    if code != 1006 { await leave(id, .closed) }
    guard let seat = seats.removeValue(forKey: id) else { return }
    counters.connected.set(seats.count)
    guard let stream = seat.stream, !seat.isOver, paths[stream]?.seat == id else {
      if !seat.isOver, let stream = seat.stream, paths[stream] == nil { registry.remove(stream) }
      return
    }
    remember(seat.sender, of: stream)
    paths[stream]?.seat = nil
    registry.leave(stream, at: context.time.now)
    context.log.info("a browser's connection broke; its stream waits for it", ("stream", stream))
    tellStreams()
  }

  /// Ends a stream in whatever state. Does nothing the second time.
  /// - Parameter reason: Told to the browser, whose connection is closed then; nil: nobody is told.
  func end(_ stream: String, _ end: StreamEnd, saying reason: String?) async {
    let known = registry.remove(stream)
    let path = paths.removeValue(forKey: stream)
    guard known != nil || path != nil else { return }
    counters.streaming.set(paths.count)
    if let seat = path?.seat.flatMap({ seats[$0] }) {
      seat.sender.detach()
      seats[seat.sender.id]?.isOver = true
      if let reason {
        seat.sender.socket.send(MicWord.stopped(reason))
        seat.sender.socket.close(code: end == .lost ? 1001 : 1000, reason: reason)
      }
    }
    if let path {
      context.log.info("a browser's stream ended", ("stream", stream), ("end", end.rawValue))
      await context.graph.close(path.graph, end)
      await path.sound.listeners?.close()
      if path.told > 0 { await withdrawLevels(of: stream, path) }
    }
    tellStreams()
  }
}
