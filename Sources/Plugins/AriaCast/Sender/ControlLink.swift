internal import RouterCore

/// What a speaker says on `/control`, on its way to the node. Any thread.
final class ControlLink: Sendable {
  /// Texts that may wait; of more the newest count.
  static let capacity = 64

  /// One reader; ends with the connection.
  let words: AsyncStream<String>
  private let report: AsyncStream<String>.Continuation
  private let state = PthreadLock<(any WebSocketPeer)?>(nil)

  init() {
    (words, report) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(ControlLink.capacity))
  }

  func attach(_ peer: any WebSocketPeer) { state.withLock { $0 = peer } }

  /// Says goodbye; nothing is heard afterwards.
  func close() {
    state.withLock { $0 }?.close(code: 1000, reason: "")
    report.finish()
  }

  fileprivate func heard(_ text: String) { report.yield(text) }
  fileprivate func ended() { report.finish() }
}

/// The receiving half of `/control`. Confined to the connection's loop.
final class ControlHandler: WebSocketHandler {
  private let link: ControlLink

  init(_ link: ControlLink) { self.link = link }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    guard message.isText else { return .go }
    let bytes = (0..<message.payload.byteCount).map { message.payload.u8($0) }
    link.heard(String(decoding: bytes, as: UTF8.self))
    return .go
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) { link.ended() }
}
