import RouterCore

/// A connection to a speaker's `/audio` that has been greeted. Any thread.
struct CastConnection: Sendable {
  let peer: any WebSocketPeer
  let link: SenderLink

  /// Connects and waits for the greeting: receivers speak first, one text within 3 s.
  ///
  /// - Parameter loop: Drives the connection.
  /// - Throws: `AriaCastSender.Failure`; the connection is closed then.
  static func open(
    _ url: String, client: any WebSocketClient, on loop: Loop, time: any TimeSource
  ) async throws(AriaCastSender.Failure) -> CastConnection {
    let link = SenderLink()
    let peer: any WebSocketPeer
    do throws(HTTPFailure) {
      peer = try await client.connect(
        to: url, fields: HTTPFields(), subprotocols: [], messageLimit: 64 << 10, on: loop,
        handler: { _, _ in SenderHandler(link) })
    } catch {
      throw .connection(error)
    }
    let connection = CastConnection(peer: peer, link: link)
    do throws(AriaCastSender.Failure) {
      try await connection.awaitGreeting(time)
    } catch {
      connection.close()
      throw error
    }
    return connection
  }

  /// Says goodbye behind what is queued.
  func close() { peer.close(code: 1000, reason: "") }

  /// After the goodbye: until the connection has ended, 2 s at most.
  func awaitEnd(_ time: any TimeSource) async {
    let limit = time.now + .seconds(2)
    while link.closed == nil, time.now < limit {
      do { try await time.sleep(until: time.now + AriaCastSender.queueWait) } catch { return }
    }
  }

  private func awaitGreeting(_ time: any TimeSource) async throws(AriaCastSender.Failure) {
    let limit = time.now + AriaCastSender.greetingWithin
    while link.greeting == nil {
      if let lost = link.closed { throw .closed(code: lost.code, reason: lost.reason) }
      guard time.now < limit else { throw .handshake("it said nothing in 3 s") }
      do { try await time.sleep(until: time.now + AriaCastSender.queueWait) } catch { return }
    }
    if let greeting = link.greeting, !Handshake.begins(greeting) {
      throw .handshake("its first words were \(String(greeting.prefix(120)))")
    }
  }
}
