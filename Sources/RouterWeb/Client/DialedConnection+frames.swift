import RouterCore

extension DialedConnection {
  /// Reads at most one turn's worth. Data thread once the connection is open.
  func receive(on loop: isolated Loop) {
    var budget = ReadMemory.turn
    repeat {
      guard let transport else { return }
      switch memory.read(transport, at: filled) {
      case .bytes(let count):
        readNeedsWrite = false
        budget -= count
        lastHeard = loop.time.now
        hasPinged = false
        filled += count
        use(on: loop)
      case .again(let what):
        readNeedsWrite = what == .write
        return
      case .end, .failed: return lose(on: loop)
      }
    } while transport?.hasBuffered == true && budget > 0 && session?.isPaused != true
    if transport?.hasBuffered == true, session?.isPaused != true { readOnLater(on: loop) }
  }

  /// TLS holds bytes that no event will announce: goes on in the loop's next turn.
  private func readOnLater(on loop: isolated Loop) {
    let me = Confined(self, to: loop)
    loop.schedule(at: loop.time.now) { loop in
      guard let connection = me.open(on: loop), connection.phase != .closed else { return }
      connection.receive(on: loop)
      connection.updateInterest(on: loop)
    }
  }

  private func use(on loop: isolated Loop) {
    switch phase {
    case .upgrading: readAnswer(on: loop)
    case .open: takeFrames(on: loop)
    default: (used, filled) = (0, 0)
    }
  }

  private func readAnswer(on loop: isolated Loop) {
    do throws(HTTPFailure) {
      let result = memory.withBytes(0..<filled) { bytes -> Result<Int?, HTTPFailure> in
        do throws(HTTPFailure) { return .success(try attempt.exchange.check(bytes)) } catch { return .failure(error) }
      }
      guard let length = try result.get() else { return }
      used = length
      open(on: loop)
    } catch {
      fail(error, on: loop)
    }
  }

  private func open(on loop: isolated Loop) {
    phase = .open
    deadline = nil
    let mail = Confined(self, to: loop)
    let home = loop
    let peer = SocketPeer(address: peerAddress, role: .client) {
      Task { await home.perform { loop in mail.open(on: loop)?.fill(on: loop) } }
    }
    session = SocketSession(
      role: .client, messageLimit: attempt.messageLimit, peer: peer, handler: attempt.handler(loop, peer))
    complete(.success(peer))
    takeFrames(on: loop)
  }

  private func takeFrames(on loop: isolated Loop) {
    guard let session, phase == .open else { return }
    var step = SocketSession.Step.needMore
    memory.withMutableBytes(count: filled) { bytes in
      step = session.take(&bytes, from: &used, at: lastHeard, output: &output, on: loop)
    }
    switch step {
    case .needMore: (used, filled) = (0, 0)
    case .paused: if used == filled { (used, filled) = (0, 0) }
    case .closing:
      (used, filled) = (0, 0)
      deadline = loop.time.now + DialedConnection.closeTime
    case .ended: finish(on: loop)
    }
    flush(on: loop)
  }

  /// The closing handshake is complete or broken: sends what is queued and waits for the server to close.
  private func finish(on loop: isolated Loop) {
    phase = .ending
    deadline = loop.time.now + DialedConnection.closeTime
    (used, filled) = (0, 0)
    let ended = session
    session = nil
    ended?.lost(on: loop)
  }

  /// Does what others asked for: frames, a close, reading on.
  func fill(on loop: isolated Loop) {
    takeWishes(on: loop)
    flush(on: loop)
    updateInterest(on: loop)
  }

  private func takeWishes(on loop: isolated Loop) {
    guard phase == .open, let session, output.byteCount < DialedConnection.outputMark else { return }
    let (resumes, closes) = session.takeWishes(&output)
    if closes, session.isLeaving { return finish(on: loop) }
    if closes { deadline = loop.time.now + DialedConnection.closeTime }
    guard resumes else { return }
    takeFrames(on: loop)
    if transport?.hasBuffered == true { readOnLater(on: loop) }
  }

  func flush(on loop: isolated Loop) {
    guard let transport, phase != .closed else { return }
    var written = 0
    let outcome = output.flush(to: transport, written: &written)
    switch outcome {
    case .drained:
      stallDeadline = nil
      writeNeedsRead = false
      if phase == .ending { transport.endWriting() }
    case .blocked(let what):
      writeNeedsRead = what == .read
      if written > 0 || stallDeadline == nil { stallDeadline = loop.time.now + DialedConnection.stallTime }
    case .failed: return lose(on: loop)
    }
    // There is room again for what others queued meanwhile.
    if written > 0 { takeWishes(on: loop) }
  }

  /// Limits and pings, once a second.
  func tick(on loop: isolated Loop) {
    let now = loop.time.now
    if let deadline, deadline <= now {
      fail(HTTPFailure(.timeout, "no WebSocket at \(attempt.url.authority) in time"), on: loop)
      return close(on: loop)
    }
    if let stallDeadline, stallDeadline <= now { return close(on: loop) }
    guard phase == .open, let session, !session.isPaused else { return }
    let silence = now - lastHeard
    if silence >= DialedConnection.pingAfter * 2 { return close(on: loop) }
    guard silence >= DialedConnection.pingAfter, !hasPinged else { return }
    hasPinged = true
    session.ping(&output)
    flush(on: loop)
    updateInterest(on: loop)
  }
}
