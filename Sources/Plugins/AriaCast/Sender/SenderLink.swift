import RouterCore

/// What a sender's connection told so far. Any thread.
final class SenderLink: Sendable {
  struct End: Sendable {
    var code: UInt16
    var reason: String
  }
  private let state = PthreadLock<(greeting: String?, closed: End?)>((nil, nil))

  /// The receiver's first text.
  var greeting: String? { state.withLock { $0.greeting } }
  var closed: End? { state.withLock { $0.closed } }
  /// As soon as the connection has ended.
  let end = OneShot<End>()

  fileprivate func heard(_ text: String) { state.withLock { $0.greeting = $0.greeting ?? text } }
  fileprivate func ended(_ how: End) {
    state.withLock { $0.closed = how }
    end.fulfil(how)
  }
}

/// The receiving half of a sender: a receiver says one thing, at the start. Confined to the connection's loop.
final class SenderHandler: WebSocketHandler {
  private let link: SenderLink
  private var hasHeard = false

  init(_ link: SenderLink) { self.link = link }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    guard message.isText, !hasHeard else { return .go }
    hasHeard = true
    let bytes = (0..<message.payload.byteCount).map { message.payload.u8($0) }
    link.heard(String(decoding: bytes, as: UTF8.self))
    return .go
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    link.ended(SenderLink.End(code: code, reason: reason))
  }
}
