import RouterCore
import Support
import Testing

@testable import AriaCast

/// A sender in a test: asks a receiver's route for entry and sends messages, as the web server would.
final class CastSender: Sendable {
  let peer: FakeWebSocketPeer
  let acceptance: WebSocketAcceptance
  private let loop: Loop
  private let box: HandlerBox

  /// Holds the data half. Unchecked because it is touched on the loop only.
  private final class HandlerBox: @unchecked Sendable {
    var handler: (any WebSocketHandler)?
  }

  /// What a receiver answered.
  enum Entry {
    case admitted(CastSender)
    case refused(Int)

    var sender: CastSender? { if case .admitted(let sender) = self { sender } else { nil } }
    var status: Int? { if case .refused(let status) = self { status } else { nil } }
  }

  static func knock(
    on host: FakeHost, from address: String = "192.168.1.20", fields: [(String, String)] = [], attach: Bool = true
  ) async throws -> Entry {
    let route = try #require(host.web.route("GET", "/audio"))
    guard case .webSocket(let open) = route.answer else { throw Missing() }
    let request = HTTPRequest(
      method: "GET", path: "/audio", fields: HTTPFields(fields), peer: PeerAddress(host: address, port: 50_000),
      local: PeerAddress(host: "192.168.1.5", port: 12_889))
    switch await open(request, host.loop) {
    case .refuse(let response): return .refused(response.status)
    case .live: throw Missing()
    case .accept(let acceptance):
      let sender = CastSender(acceptance, address, host.loop)
      if attach { await sender.attach() }
      return .admitted(sender)
    }
  }

  struct Missing: Error {}

  private init(_ acceptance: WebSocketAcceptance, _ address: String, _ loop: Loop) {
    self.acceptance = acceptance
    self.loop = loop
    peer = FakeWebSocketPeer(address: PeerAddress(host: address, port: 50_000))
    box = HandlerBox()
  }

  /// The 101 is out: the handler is made.
  func attach() async {
    await loop.perform { [acceptance, peer, box] loop in box.handler = acceptance.handler(loop, peer) }
  }

  @discardableResult
  func send(_ bytes: [UInt8], isText: Bool = false) async -> WebSocketVerdict {
    await loop.perform { [box] loop in
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: isText, arrival: loop.time.now)
      return box.handler?.message(loan, on: loop) ?? .close(code: 1006, reason: "no handler")
    }
  }

  func leave(code: UInt16 = 1000) async {
    await loop.perform { [box] loop in
      box.handler?.closed(code: code, reason: "", on: loop)
      box.handler = nil
    }
  }
}
