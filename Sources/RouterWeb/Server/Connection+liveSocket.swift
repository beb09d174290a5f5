internal import RouterCore

/// A feed's listener over WebSocket: a socket like any other whose output comes from the feed.
extension Connection {
  /// What a listener says is of no interest; a message above this closes.
  private static let listenerMessageLimit = 65_536

  func acceptListener(
    of any: any LiveFeed, _ greeting: [WebSocketMessage], _ exchange: Exchange, on loop: isolated Loop
  ) {
    guard let feed = any as? Feed, feed.settings.framing == .webSocketBinary, !feed.isClosed,
      let local = shard.feed(feed), feed.reserve()
    else {
      listener.metrics.refused("too many listeners")
      let busy = HTTPResponse.text("503 Service Unavailable: no room for another listener\n", status: 503)
      return respond(busy, to: exchange.number, on: loop)
    }
    SocketOption.sendBuffer(transport.descriptor, bytes: Connection.liveSendBuffer)
    live = LiveBody(feed: local, cursor: local.cursor(isChunked: false))
    local.join(self)
    let acceptance = WebSocketAcceptance(greeting: greeting, messageLimit: Connection.listenerMessageLimit) { _, _ in
      DeafHandler()
    }
    accept(acceptance, exchange.head, on: loop)
  }

  /// Writes the feed's messages. Data thread: allocates only when the socket takes no more.
  ///
  /// The rest of a message that was begun waits in `output`, so that what comes next is always a whole one: a listener
  /// that lags misses whole messages.
  func pushMessages(on loop: isolated Loop) {
    guard socket?.hasSentClose == false, var body = live else { return }
    guard body.feed.catchUp(&body.cursor, keeping: 0) else { return close(on: loop, counting: "listener lags") }
    live?.cursor = body.cursor
    guard output.isEmpty else { return }
    var written = 0
    let outcome = writeMessages(&body.cursor, body.feed.window, &written)
    live?.cursor = body.cursor
    if case .failed = outcome { return close(on: loop) }
    guard !output.isEmpty else { return }
    timer.output(isPending: true, progressed: written > 0, at: loop.time.now)
    writeNeedsRead = outcome == .blocked(.read)
    updateInterest(on: loop)
  }

  private func writeMessages(_ cursor: inout LiveCursor, _ window: FeedWindow, _ written: inout Int)
    -> OutputQueue.Outcome
  {
    while cursor.position < window.end {
      // TLS must be offered the same bytes again after a refusal: one message at a time, which then waits in `output`.
      let first = messageSize(in: window, at: cursor.position)
      let count = listener.isTLS ? first : window.end - cursor.position
      let result = window.withBytes(from: cursor.position, count: count) { transport.write($0) }
      switch result {
      case .bytes(let taken):
        written += taken
        if !pass(taken, &cursor, window) { return .blocked(.write) }
      case .again(let what):
        keep(first, of: first, &cursor, window)
        return .blocked(what)
      case .end, .failed: return .failed
      }
    }
    return .drained
  }

  /// Moves the cursor over what the socket took; the rest of a message that was cut goes to `output`.
  /// - Returns: false if one was cut.
  private func pass(_ taken: Int, _ cursor: inout LiveCursor, _ window: FeedWindow) -> Bool {
    var left = taken
    while left > 0 {
      let size = messageSize(in: window, at: cursor.position)
      if left < size {
        keep(size - left, of: size, &cursor, window)
        return false
      }
      cursor.advance(by: size)
      left -= size
    }
    return true
  }

  private func keep(_ rest: Int, of size: Int, _ cursor: inout LiveCursor, _ window: FeedWindow) {
    output.append(
      window.withBytes(from: cursor.position + size - rest, count: rest) { bytes in
        unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
      })
    cursor.advance(by: size)
  }

  /// Bytes of the frame that begins at `position`, with its header. RFC 6455 section 5.2.
  private func messageSize(in window: FeedWindow, at position: Int) -> Int {
    let head = min(10, window.end - position)
    return window.withBytes(from: position, count: head) { bytes in
      switch bytes.u8(1) {
      case 126: return 4 + (Int(bytes.u8(2)) << 8 | Int(bytes.u8(3)))
      case 127: return 10 + (2..<10).reduce(0) { $0 << 8 | Int(bytes.u8($1)) }
      case let length: return 2 + Int(length)
      }
    }
  }
}

/// Hears nothing.
private final class DeafHandler: WebSocketHandler {
  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict { .go }
  func closed(code: UInt16, reason: String, on loop: isolated Loop) {}
}
