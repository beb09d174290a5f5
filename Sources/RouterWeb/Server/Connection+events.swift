internal import RouterCore

extension Connection {
  /// A comment after this much silence shows proxies and us that the other side is there.
  private static let eventPing = Duration.seconds(15)

  func sendEvents(
    _ body: @escaping @Sendable (any EventStream) async -> Void, _ response: HTTPResponse, _ exchange: Exchange,
    on loop: isolated Loop
  ) {
    var response = response
    if response.fields["Content-Type"] == nil { response.fields.set("Content-Type", "text/event-stream") }
    if response.fields["Cache-Control"] == nil { response.fields.set("Cache-Control", "no-cache") }
    startHead(response, .close, exchange.head.minorVersion)
    guard exchange.head.method != "HEAD" else {
      phase = .sending
      return flush(on: loop)
    }
    let (id, mail) = (id, shard.handle)
    let queue = EventQueue { mail.post { loop, shard in shard.connections[id]?.fillEvents(on: loop) } }
    events = queue
    phase = .events
    lastPing = loop.time.now
    flush(on: loop)
    task = Task {
      await body(queue)
      queue.close()
    }
  }

  /// Moves events from the queue to the socket, as far as there is room.
  func fillEvents(on loop: isolated Loop) {
    guard phase == .events, let events, output.byteCount < Connection.outputMark else { return }
    let (waiting, isOpen) = events.take()
    for event in waiting { output.append(event) }
    if !waiting.isEmpty { lastPing = loop.time.now }
    if !isOpen { return endEvents(on: loop) }
    if !waiting.isEmpty { flush(on: loop) }
  }

  func endEvents(on loop: isolated Loop) {
    guard phase == .events else { return }
    task?.cancel()
    task = nil
    events?.end()
    events = nil
    keepsAlive = false
    phase = .sending
    flush(on: loop)
  }

  func tickEvents(at now: Instant, on loop: isolated Loop) {
    guard let lastPing, now - lastPing >= Connection.eventPing, output.isEmpty else { return }
    self.lastPing = now
    send(Array(":\n\n".utf8), on: loop)
  }
}
