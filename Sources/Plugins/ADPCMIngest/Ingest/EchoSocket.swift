import RouterCore

/// `/ws/echo`: sends every message back, whole.
final class EchoSocket: WebSocketHandler {
  static let messageLimit = 1 << 20
  private let peer: any WebSocketPeer

  init(_ peer: any WebSocketPeer) { self.peer = peer }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    let bytes = unsafe message.payload.withUnsafeBytes { unsafe [UInt8]($0) }
    let answer: WebSocketMessage = message.isText ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
    // Somebody who sends and does not read.
    return peer.send(answer) ? .go : .close(code: 1008, reason: "read the answers")
  }

  func closing(code: UInt16, reason: String, on loop: isolated Loop) -> WebSocketGoodbye {
    .reply(code: 1000, reason: "bye")
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {}
}
