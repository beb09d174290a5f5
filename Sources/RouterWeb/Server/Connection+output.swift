internal import RouterCore
internal import Synchronization

extension Connection {
  /// Nothing more is made for a peer that has so many bytes to take.
  static let outputMark = 65_536

  /// Applies a handler's answer. - Parameter number: Of the exchange it belongs to; another one's is dropped.
  func respond(_ response: HTTPResponse, to number: UInt64, on loop: isolated Loop) {
    guard phase == .handling, let exchange, exchange.number == number else { return }
    task = nil
    let (minor, isHead) = (exchange.head.minorVersion, exchange.head.method == "HEAD")
    switch response.body {
    case .none, .bytes: write(response, minorVersion: minor, isHead: isHead, on: loop)
    case .file(let path): sendFile(path, response, exchange, on: loop)
    case .live(let feed): sendLive(feed, response, exchange, on: loop)
    case .events(let body): sendEvents(body, response, exchange, on: loop)
    }
    updateInterest(on: loop)
  }

  /// Writes a response whose body is at hand; then the next request.
  func write(_ response: HTTPResponse, minorVersion: Int, isHead: Bool, on loop: isolated Loop) {
    var body: [UInt8] = []
    if case .bytes(let bytes) = response.body { body = bytes }
    let isBodiless = ResponseHead.isBodiless(response.status)
    if startHead(response, isBodiless ? .none : .length(body.count), minorVersion) {
      if !isBodiless, !isHead { output.append(body) }
    }
    phase = .sending
    flush(on: loop)
  }

  /// Queues status line and fields; settles whether the connection is kept.
  @discardableResult
  func startHead(_ response: HTTPResponse, _ framing: ResponseHead.Framing, _ minorVersion: Int) -> Bool {
    let wantsClose = RequestHead.list(response.fields, "Connection").contains("close")
    keepsAlive =
      keepsAlive && !wantsClose && !isWindingDown && !peerEnded && framing != .close
      && !listener.isClosing.load(ordering: .relaxed)
    let head = ResponseHead(
      status: response.status, fields: response.fields, framing: framing, keepsAlive: keepsAlive,
      minorVersion: minorVersion, date: shard.date)
    output.append(head.bytes)
    return true
  }

  func send(_ bytes: [UInt8], on loop: isolated Loop) {
    output.append(bytes)
    flush(on: loop)
  }

  // MARK: Writing

  func writable(on loop: isolated Loop) {
    flush(on: loop)
    updateInterest(on: loop)
  }

  /// Writes what waits, and goes on to what the phase has next.
  func flush(on loop: isolated Loop) {
    guard phase != .closed else { return }
    var written = 0
    let outcome = output.flush(to: transport, written: &written)
    writeNeedsRead = outcome == .blocked(.read)
    timer.output(isPending: outcome != .drained, progressed: written > 0, at: loop.time.now)
    switch outcome {
    case .failed: close(on: loop)
    case .drained: drained(on: loop)
    case .blocked: break
    }
    updateInterest(on: loop)
  }

  private func drained(on loop: isolated Loop) {
    switch phase {
    case .sending: endExchange(on: loop)
    case .file: readPiece(on: loop)
    case .live: pushLive(on: loop)
    case .events: fillEvents(on: loop)
    case .webSocket:
      fillSocket(on: loop)
      if live != nil { pushLive(on: loop) }
    case .ending: sayGoodbye(on: loop)
    case .head, .body, .handling, .lingering, .closed: break
    }
  }

  /// The response is out: next request, or the end.
  func endExchange(on loop: isolated Loop) {
    exchange = nil
    guard keepsAlive, !isWindingDown else {
      phase = .ending
      return sayGoodbye(on: loop)
    }
    phase = .head
    timer.start(.idle, at: loop.time.now)
    resumeInput(on: loop)
  }

  /// Our last byte is out. Closing now could turn into a reset that overtakes it, so the peer closes first.
  private func sayGoodbye(on loop: isolated Loop) {
    transport.endWriting()
    if peerEnded { return close(on: loop) }
    phase = .lingering
    timer.start(.linger, at: loop.time.now)
  }
}
