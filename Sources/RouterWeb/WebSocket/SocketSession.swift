internal import RouterCore

/// One WebSocket after its handshake, on either side: frames in, messages to the handler, frames out.
/// RFC 6455 sections 5 to 7. Confined to its loop; the owner has the socket.
final class SocketSession {
  enum Step: Equatable {
    /// Everything was used.
    case needMore
    /// The handler wants no more; bytes from `position` on are for later.
    case paused
    /// We sent a Close frame just now and wait for the peer's, or the peer sent one and waits for ours.
    case closing
    /// The handshake is complete or the peer broke a rule: send what is queued, then end.
    case ended
  }

  let peer: SocketPeer
  private(set) var isPaused = false
  /// Our Close frame is queued or gone.
  private(set) var hasSentClose = false
  /// What the peer said in its Close frame while ours waits for the handler.
  private var goodbye: (code: UInt16, reason: String)?
  /// The peer has said goodbye and waits for ours.
  var isLeaving: Bool { goodbye != nil }
  /// Of the rule the peer broke.
  private(set) var failure: FrameFailure?
  private let role: WebSocketRole
  private var decoder: FrameDecoder
  /// Gone after its last call.
  private var handler: (any WebSocketHandler)?

  /// - Parameter role: Ours.
  init(role: WebSocketRole, messageLimit: Int, peer: SocketPeer, handler: any WebSocketHandler) {
    self.role = role
    self.peer = peer
    self.handler = handler
    decoder = FrameDecoder(role: role, messageLimit: min(max(messageLimit, 1), 16 << 20))
  }

  /// Decodes what was received from `position` on. Data thread.
  func take(
    _ bytes: inout MutableRawSpan, from position: inout Int, at arrival: Instant, output: inout OutputQueue,
    on loop: isolated Loop
  ) -> Step {
    let wasClosing = hasSentClose
    while true {
      var verdict = WebSocketVerdict.go
      switch decoder.next(in: &bytes, at: &position) {
      case .needMore: return hasSentClose && !wasClosing ? .closing : .needMore
      case .message(let range, let isText):
        verdict = deliver(bytes.bytes.extracting(range), isText, arrival, on: loop)
      case .assembled(let isText): verdict = deliver(decoder.assembled, isText, arrival, on: loop)
      case .ping:
        if !hasSentClose { output.append(FrameEncoder.frame(.pong, decoder.control, mask: mask)) }
      case .pong: break
      case .close(let code, let reason): return takeClose(code: code, reason: reason, &output, on: loop)
      case .failure(let failure):
        self.failure = failure
        sendClose(code: failure.code, reason: failure.reason, &output)
        end(code: CloseCode.abnormal, reason: failure.reason, on: loop)
        return .ended
      case .ended: return isLeaving ? .needMore : .ended
      }
      switch verdict {
      case .go: break
      case .close(let code, let reason): sendClose(code: code, reason: reason, &output)
      case .pause:
        isPaused = true
        return .paused
      }
    }
  }

  /// The peer says goodbye: at once or later we do too.
  private func takeClose(code: UInt16, reason: String, _ output: inout OutputQueue, on loop: isolated Loop) -> Step {
    let answer = hasSentClose ? .echo : handler?.closing(code: code, reason: reason, on: loop) ?? .echo
    switch answer {
    case .echo: sendClose(code: code, reason: "", &output)
    case .reply(let code, let reason): sendClose(code: code, reason: reason, &output)
    case .later:
      goodbye = (code, reason)
      return .closing
    }
    end(code: code, reason: reason, on: loop)
    return .ended
  }

  @inline(__always)
  private func deliver(_ payload: RawSpan, _ isText: Bool, _ arrival: Instant, on loop: isolated Loop)
    -> WebSocketVerdict
  {
    guard !hasSentClose, let handler else { return .go }
    return handler.message(WebSocketLoan(payload: payload, isText: isText, arrival: arrival), on: loop)
  }

  /// Queues our Close frame; the first one counts.
  func sendClose(code: UInt16, reason: String, _ output: inout OutputQueue) {
    guard !hasSentClose else { return }
    hasSentClose = true
    output.append(FrameEncoder.close(code: code, reason: reason, mask: mask))
  }

  func ping(_ output: inout OutputQueue) {
    if !hasSentClose { output.append(FrameEncoder.frame(.ping, unsafe [UInt8]().span.bytes, mask: mask)) }
  }

  /// Takes what others want into `output`.
  /// - Returns: whether reading goes on after a pause, and whether our Close frame is new.
  func takeWishes(_ output: inout OutputQueue) -> (resumes: Bool, closes: Bool) {
    let wishes = peer.take()
    if !hasSentClose { output.append(wishes.frames) }
    let resumes = wishes.resumes && isPaused
    if wishes.resumes { isPaused = false }
    guard let close = wishes.close, !hasSentClose else { return (resumes, false) }
    sendClose(code: close.code, reason: close.reason, &output)
    // The peer's Close frame must be read, also if the handler never resumes.
    let wasPaused = isPaused
    isPaused = false
    return (resumes || wasPaused, true)
  }

  /// The connection is gone: without a closing handshake, or before we answered the peer's goodbye.
  func lost(on loop: isolated Loop) {
    let words = goodbye ?? (CloseCode.abnormal, "")
    end(code: words.code, reason: words.reason, on: loop)
  }

  /// Answers a goodbye that nobody has answered in time.
  func answerGoodbye(_ output: inout OutputQueue) {
    if let goodbye { sendClose(code: goodbye.code, reason: "", &output) }
  }

  private func end(code: UInt16, reason: String, on loop: isolated Loop) {
    peer.end()
    guard let handler else { return }
    self.handler = nil
    handler.closed(code: code, reason: reason, on: loop)
  }

  /// A client masks each frame with a key of its own.
  private var mask: UInt32? { role == .client ? .random(in: 0...UInt32.max) : nil }
}
