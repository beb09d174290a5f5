internal import RouterCore

extension Connection {
  /// Applies a node's answer to an upgrade request.
  func upgrade(_ answer: WebSocketAnswer, to number: UInt64, on loop: isolated Loop) {
    guard phase == .handling, let exchange, exchange.number == number else { return }
    switch answer {
    case .refuse(let response): respond(response, to: number, on: loop)
    case .accept where isWindingDown, .live where isWindingDown:
      respond(Connection.response(Refusal(503, "going away")), to: number, on: loop)
    case .accept(let acceptance): accept(acceptance, exchange.head, on: loop)
    case .live(let feed, let greeting): acceptListener(of: feed, greeting, exchange, on: loop)
    }
    updateInterest(on: loop)
  }

  /// RFC 6455 section 4.2.2: no extension is ever agreed.
  func accept(_ acceptance: WebSocketAcceptance, _ head: RequestHead, on loop: isolated Loop) {
    task = nil
    let key = head.fields["Sec-WebSocket-Key"] ?? ""
    var fields = HTTPFields([
      ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", HandshakeKey.accept(for: key)),
    ])
    let offered = head.fields.values("Sec-WebSocket-Protocol").flatMap { $0.split(separator: ",") }
    if let chosen = acceptance.subprotocol, offered.contains(where: { RequestHead.trimmed($0) == chosen }) {
      fields.add("Sec-WebSocket-Protocol", chosen)
    }
    let response = ResponseHead(
      status: 101, fields: fields, framing: .none, keepsAlive: true, minorVersion: 1, date: shard.date)
    output.append(response.bytes)
    for message in acceptance.greeting { output.append(FrameEncoder.frame(message)) }
    let (id, mail) = (id, shard.handle)
    let peer = SocketPeer(address: peer, role: .server) {
      mail.post { loop, shard in shard.connections[id]?.fillSocket(on: loop) }
    }
    phase = .webSocket
    pingEvery = acceptance.pingEvery
    lastHeard = loop.time.now
    socket = SocketSession(
      role: .server, messageLimit: acceptance.messageLimit, peer: peer, handler: acceptance.handler(loop, peer))
    flush(on: loop)
    takeTail(on: loop)
    readOnLater(on: loop)
  }

  /// Reads at most one turn's worth and hands the messages to the handler. Data thread.
  func readSocket(on loop: isolated Loop) {
    var budget = ReadMemory.turn
    repeat {
      switch shard.memory.read(transport, at: 0) {
      case .bytes(let count):
        readNeedsWrite = false
        budget -= count
        lastHeard = loop.time.now
        takeFrames(count: count, on: loop)
      case .again(let what):
        readNeedsWrite = what == .write
        return
      case .end, .failed: return close(on: loop)
      }
    } while transport.hasBuffered && budget > 0 && wantsFrames
    if wantsFrames { readOnLater(on: loop) }
  }

  private var wantsFrames: Bool { phase == .webSocket && socket?.isPaused == false }

  /// Bytes that came behind the upgrade, or before a pause.
  private func takeTail(on loop: isolated Loop) {
    guard wantsFrames, !tail.isEmpty else { return }
    let count = shard.memory.restore(tail)
    shard.tails.giveBack(tail)
    tail = []
    takeFrames(count: count, on: loop)
  }

  private func takeFrames(count: Int, on loop: isolated Loop) {
    guard let socket else { return }
    var position = 0
    var step = SocketSession.Step.needMore
    shard.memory.withMutableBytes(count: count) { bytes in
      step = socket.take(&bytes, from: &position, at: lastHeard, output: &output, on: loop)
    }
    switch step {
    case .needMore: break
    case .paused:
      if position < count { tail = shard.memory.withBytes(position..<count) { shard.tails.take($0) } }
      updateInterest(on: loop)
    case .closing: timer.start(.closeFrame, at: loop.time.now)
    case .ended:
      if let failure = socket.failure { listener.metrics.refused(failure.reason) }
      return endSocket(on: loop)
    }
    if !output.isEmpty { flush(on: loop) }
  }

  /// Does what others asked for: frames, a close, reading on.
  func fillSocket(on loop: isolated Loop) {
    guard phase == .webSocket, let socket, output.byteCount < Connection.outputMark else { return }
    let (resumes, closes) = socket.takeWishes(&output)
    if closes, socket.isLeaving { return endSocket(on: loop) }
    if closes { timer.start(.closeFrame, at: loop.time.now) }
    if resumes { takeTail(on: loop) }
    if !output.isEmpty { flush(on: loop) } else { updateInterest(on: loop) }
    if resumes { readOnLater(on: loop) }
  }

  /// Starts the closing handshake.
  func closeSocket(code: UInt16, reason: String, on loop: isolated Loop) {
    guard phase == .webSocket, let socket else { return }
    _ = socket.takeWishes(&output)
    socket.sendClose(code: code, reason: reason, &output)
    if socket.isLeaving { return endSocket(on: loop) }
    timer.start(.closeFrame, at: loop.time.now)
    flush(on: loop)
  }

  /// Sends what is queued and says goodbye.
  func endSocket(on loop: isolated Loop) {
    guard phase == .webSocket else { return }
    socket?.answerGoodbye(&output)
    socket?.lost(on: loop)
    socket = nil
    live?.feed.leave(self)
    live = nil
    tail = []
    phase = .ending
    flush(on: loop)
  }

  /// Pings after silence; ends after twice as much.
  func tickSocket(at now: Instant, on loop: isolated Loop) {
    guard let pingEvery, let socket, !socket.isPaused, !socket.isLeaving else { return }
    let silence = now - lastHeard
    if silence >= pingEvery * 2 { return close(on: loop, counting: "no answer to ping") }
    guard silence >= pingEvery, lastPing.map({ $0 < lastHeard }) ?? true else { return }
    lastPing = now
    socket.ping(&output)
    flush(on: loop)
  }
}
