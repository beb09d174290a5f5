import RouterCore

/// One connection of an ``IngestSender``.
struct IngestStream {
  /// Time between two tries at a full queue.
  private static let pause = Duration.milliseconds(2)
  /// How long the answer to the goodbye may take: everything is written by then.
  private static let goodbye = Duration.seconds(5)

  /// Where it goes, and by what.
  struct Connection: Sendable {
    var url: String
    var client: any WebSocketClient
    var loop: Loop
    var blocking: any BlockingCalls
    var time: any TimeSource
  }

  private let source: FrameSource
  private let connection: Connection
  private let isRealtime: Bool
  private let progress: (@Sendable (Duration, Duration?) -> Void)?
  private let link = IngestLink()
  private var time: any TimeSource { connection.time }

  init(
    _ source: FrameSource, _ connection: Connection, isRealtime: Bool,
    progress: (@Sendable (Duration, Duration?) -> Void)?
  ) {
    self.source = source
    self.connection = connection
    self.isRealtime = isRealtime
    self.progress = progress
  }

  func run() async -> IngestSender.Result {
    var result = IngestSender.Result(stream: source.handshake.stream)
    let begun = time.now
    do throws(HTTPFailure) {
      let peer = try await connection.client.connect(
        to: connection.url, fields: HTTPFields(), subprotocols: [], messageLimit: 64 << 10, on: connection.loop,
        handler: { [link] _, _ in IngestLinkHandler(link) })
      await send(to: peer, &result)
      peer.close(code: 1000, reason: "")
      await awaitEnd()
      let end = link.end ?? (0, "")
      (result.code, result.reason) = (end.code, end.reason)
    } catch {
      result.failure = "cannot connect: \(error.message)"
    }
    result.elapsed = time.now - begun
    return result
  }

  private func send(to peer: any WebSocketPeer, _ result: inout IngestSender.Result) async {
    guard await put(source.handshake.bytes, to: peer) else { return }
    let start = time.now
    var sequence: UInt32 = 0
    while !Task.isCancelled, link.end == nil {
      let read = await connection.blocking.run { [source] () -> Result<[[UInt8]], WAVFailure> in
        Result { () throws(WAVFailure) in try source.next() }
      }
      let payloads: [[UInt8]]
      do throws(WAVFailure) { payloads = try read.get() } catch {
        result.failure = "\(error)"
        return
      }
      if payloads.isEmpty { return }
      for payload in payloads {
        if isRealtime { await wait(until: start + result.sound, &result) }
        let head = IngestFrame(codec: source.handshake.codec, sequence: sequence).head(payload: payload.count)
        guard !Task.isCancelled, await put(head + payload, to: peer) else { return }
        sequence &+= 1
        count(payload, &result)
      }
    }
  }

  private func count(_ payload: [UInt8], _ result: inout IngestSender.Result) {
    let handshake = source.handshake
    result.frames += 1
    result.bytes += IngestFrame.headBytes + payload.count
    let samples = Int64(handshake.samples(payloadBytes: payload.count))
    result.sound += .nanoseconds(samples * 1_000_000_000 / Int64(handshake.sampleRate))
    progress?(result.sound, source.length)
  }

  private func wait(until due: Instant, _ result: inout IngestSender.Result) async {
    if due > time.now { try? await time.sleep(until: due) }
    result.latest = max(result.latest, time.now - due)
  }

  /// - Returns: false when the connection is over.
  private func put(_ message: [UInt8], to peer: any WebSocketPeer) async -> Bool {
    while !peer.send(.binary(message)) {
      guard link.end == nil, !Task.isCancelled else { return false }
      try? await time.sleep(until: time.now + IngestStream.pause)
    }
    return link.end == nil
  }

  private func awaitEnd() async {
    let limit = time.now + IngestStream.goodbye
    while link.end == nil, time.now < limit {
      // Also after a cancelled task: the goodbye is short.
      await Task { [time] in try? await time.sleep(until: time.now + IngestStream.pause) }.value
    }
  }
}

/// What a connection told so far. Any thread.
final class IngestLink: Sendable {
  private let state = PthreadLock<(code: UInt16, reason: String)?>(nil)
  /// How it ended.
  var end: (code: UInt16, reason: String)? { state.withLock { $0 } }
  fileprivate func ended(_ code: UInt16, _ reason: String) { state.withLock { $0 = $0 ?? (code, reason) } }
}

/// The receiving half: a server says nothing but goodbye. Confined to the connection's loop.
private final class IngestLinkHandler: WebSocketHandler {
  private let link: IngestLink
  init(_ link: IngestLink) { self.link = link }
  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict { .go }
  func closed(code: UInt16, reason: String, on loop: isolated Loop) { link.ended(code, reason) }
}
