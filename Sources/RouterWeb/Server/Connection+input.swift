internal import RouterCore

extension Connection {
  /// The descriptor has something, or TLS may go on.
  func readable(on loop: isolated Loop) {
    switch phase {
    case .head, .body: readRequest(on: loop)
    case .webSocket: readSocket(on: loop)
    case .live, .events, .lingering: discard(on: loop)
    case .handling, .sending, .file, .ending, .closed: break
    }
    updateInterest(on: loop)
  }

  private func readRequest(on loop: isolated Loop) {
    var budget = ReadMemory.turn
    repeat {
      let carried = shard.memory.restore(tail)
      switch shard.memory.read(transport, at: carried) {
      case .bytes(let count):
        readNeedsWrite = false
        budget -= count
        takeInput(count: carried + count, on: loop)
      case .again(let what):
        readNeedsWrite = what == .write
        return
      case .end:
        peerEnded = true
        if !takeSilence(on: loop) { close(on: loop) }
        return
      case .failed: return close(on: loop)
      }
    } while transport.hasBuffered && budget > 0 && (phase == .head || phase == .body)
    readOnLater(on: loop)
  }

  /// TLS holds bytes that no event will announce: goes on after the other connections had their turn.
  func readOnLater(on loop: isolated Loop) {
    guard phase != .closed, transport.hasBuffered else { return }
    let connection = Confined(self, to: loop)
    loop.schedule(at: loop.time.now) { loop in connection.open(on: loop)?.readable(on: loop) }
  }

  /// Works on what waits since before, without reading.
  func resumeInput(on loop: isolated Loop) {
    guard !isProcessing, phase == .head else { return }
    if !tail.isEmpty { takeInput(count: shard.memory.restore(tail), on: loop) }
    if phase == .head { readOnLater(on: loop) }
  }

  /// Uses the first `count` bytes of the loop's memory; the rest becomes the tail.
  private func takeInput(count: Int, on loop: isolated Loop) {
    isProcessing = true
    defer { isProcessing = false }
    shard.tails.giveBack(tail)
    tail = []
    var used = 0
    while used < count, phase == .head || phase == .body {
      let before = used
      used += phase == .head ? takeHead(used..<count, on: loop) : takeBody(used..<count, on: loop)
      if used == before, phase == .head || phase == .body { break }
    }
    guard used < count, phase != .closed, phase != .lingering, phase != .ending else { return }
    tail = shard.memory.withBytes(used..<count) { shard.tails.take($0) }
  }

  /// - Returns: bytes used; 0 when the head is not whole.
  private func takeHead(_ range: Range<Int>, on loop: isolated Loop) -> Int {
    if parser.isFresh, timer.wait == .idle { timer.start(.head, at: loop.time.now) }
    switch shard.memory.withBytes(range, { parser.parse($0) }) {
    case .needMore: return 0
    case .head(let head, let length):
      begin(head, isLast: length == range.count, on: loop)
      return length
    case .refuse(let refusal):
      refuse(refusal, on: loop)
      return range.count
    }
  }

  private func takeBody(_ range: Range<Int>, on loop: isolated Loop) -> Int {
    guard let step = shard.memory.withBytes(range, { exchange?.body.take($0) }) else { return range.count }
    switch step {
    case .needMore(let taken):
      timer.bodyArrived(bytes: taken)
      return taken
    case .done(let taken):
      startHandler(on: loop)
      return taken
    case .refuse(let refusal):
      refuse(refusal, on: loop)
      return range.count
    }
  }

  /// Reads what nobody wants, to learn of the end and to let the peer see our last bytes.
  private func discard(on loop: isolated Loop) {
    var budget = ReadMemory.turn
    while budget > 0 {
      switch shard.memory.read(transport, at: 0) {
      case .bytes(let count): budget -= count
      case .again(let what):
        readNeedsWrite = what == .write
        return
      case .failed: return close(on: loop)
      case .end:
        peerEnded = true
        if phase == .lingering { return close(on: loop) }
        // A peer that only half-closed reads on; one that is gone answers this with a reset.
        if phase == .events { send(Array(":\n\n".utf8), on: loop) }
        return
      }
    }
  }
}
