internal import RouterCore

/// A body without end on one connection. Confined to its loop.
struct LiveBody {
  let feed: LocalFeed
  var cursor: LiveCursor
  /// The socket takes no more at the moment.
  var isBlocked = false
  /// The feed is over.
  var isEnding = false
  /// Index in the feed's list.
  var place = 0
}

extension Connection {
  /// What the kernel may hold unsent for a listener: with its default a frozen one swallows 20 s of sound.
  static let liveSendBuffer: Int32 = 65_536
  /// Bytes offered to TLS at once; a record.
  private static let record = 16_384

  func sendLive(_ any: any LiveFeed, _ response: HTTPResponse, _ exchange: Exchange, on loop: isolated Loop) {
    let minor = exchange.head.minorVersion
    let isHead = exchange.head.method == "HEAD"
    guard let feed = any as? Feed, feed.settings.framing == .body, !feed.isClosed, let local = shard.feed(feed),
      isHead || feed.reserve()
    else {
      let busy = HTTPResponse.text("503 Service Unavailable: no room for another listener\n", status: 503)
      listener.metrics.refused("too many listeners")
      return write(busy, minorVersion: minor, isHead: isHead, on: loop)
    }
    let framing: ResponseHead.Framing = minor == 1 ? .chunked : .close
    let wantsTitle = feed.settings.icyInterval != nil && exchange.head.fields["Icy-MetaData"] == "1"
    var response = response
    if wantsTitle { response.fields.set("icy-metaint", "\(feed.settings.icyInterval ?? 0)") }
    startHead(response, framing, minor)
    if isHead {
      phase = .sending
      return flush(on: loop)
    }
    beginLive(local, opening: feed.settings.opening, isChunked: framing == .chunked, wantsTitle: wantsTitle, on: loop)
  }

  /// The opening goes out behind what is queued, then what the feed carries from now on.
  func beginLive(
    _ feed: LocalFeed, opening: [UInt8], isChunked: Bool, wantsTitle: Bool = false, on loop: isolated Loop
  ) {
    SocketOption.sendBuffer(transport.descriptor, bytes: Connection.liveSendBuffer)
    if !opening.isEmpty {
      if isChunked { output.append(Array("\(String(opening.count, radix: 16))\r\n".utf8)) }
      output.append(opening)
      if isChunked { output.append([0x0D, 0x0A]) }
    }
    live = LiveBody(feed: feed, cursor: feed.cursor(isChunked: isChunked, wantsTitle: wantsTitle))
    feed.join(self)
    phase = .live
    flush(on: loop)
  }

  /// Writes what the feed has for this listener. Data thread: allocates nothing.
  func pushLive(on loop: isolated Loop) {
    if phase == .webSocket { return pushMessages(on: loop) }
    guard phase == .live, output.isEmpty, let window = live?.feed.window else { return }
    let wasBlocked = live?.isBlocked == true
    var written = 0
    let outcome = writeLive(window, &written)
    let isBlocked = if case .blocked = outcome { true } else { false }
    live?.isBlocked = isBlocked
    if isBlocked || wasBlocked {
      timer.output(isPending: isBlocked, progressed: written > 0, at: loop.time.now)
      writeNeedsRead = outcome == .blocked(.read)
      updateInterest(on: loop)
    }
    switch outcome {
    case .failed: close(on: loop)
    case .drained where live?.isEnding == true: finishLive(on: loop)
    case .drained, .blocked: break
    }
  }

  private func writeLive(_ window: FeedWindow, _ written: inout Int) -> OutputQueue.Outcome {
    guard var body = live else { return .drained }
    defer { live?.cursor = body.cursor }
    guard body.feed.catchUp(&body.cursor, keeping: listener.isTLS ? Connection.record : 0) else { return .failed }
    let limit = listener.isTLS ? min(Connection.record, window.capacity / 2) : Int.max
    while let piece = body.cursor.next(end: window.end, limit: limit, title: body.feed.title) {
      let result =
        switch piece {
        case .feed(let from, let count):
          window.withBytes(from: from, count: count) { transport.write(body.cursor.framing, $0) }
        case .title: transport.write(body.cursor.framing, body.cursor.titleBytes)
        }
      switch result {
      case .bytes(let count):
        written += count
        body.cursor.sent(count)
      case .again(let what): return .blocked(what)
      case .end, .failed: return .failed
      }
    }
    return .drained
  }

  /// The feed is over: what it still holds goes out, then the end.
  func endLive(on loop: isolated Loop) {
    if phase == .webSocket { return closeSocket(code: CloseCode.goingAway, reason: "the sound is over", on: loop) }
    guard phase == .live else { return }
    live?.isEnding = true
    pushLive(on: loop)
  }

  private func finishLive(on loop: isolated Loop) {
    guard let body = live else { return }
    body.feed.leave(self)
    live = nil
    keepsAlive = keepsAlive && body.cursor.isChunked
    phase = .sending
    send(body.cursor.terminator, on: loop)
  }
}
