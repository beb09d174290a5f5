import RouterCore
import Support
import Testing

@testable import ADPCMIngest

/// A microphone in a test: asks a node's route for entry and sends messages, as the web server would.
final class MicrophoneSender: Sendable {
  let peer = FakeWebSocketPeer()
  let acceptance: WebSocketAcceptance
  private let loop: Loop
  private let box = HandlerBox()

  /// Holds the data half. Unchecked because it is touched on the loop only.
  private final class HandlerBox: @unchecked Sendable {
    var handler: (any WebSocketHandler)?
  }

  struct Missing: Error {}

  init(on host: FakeHost, hwid: String? = nil) async throws {
    let route = host.web.leases.flatMap(\.routes).first { route in
      if case .webSocket = route.answer { route.path == IngestRoute.named } else { false }
    }
    guard case .webSocket(let open) = route?.answer else { throw Missing() }
    let request = HTTPRequest(
      method: "GET", path: "/ws", parameters: hwid.map { ["hwid": $0] } ?? [:],
      peer: PeerAddress(host: "10.0.0.9", port: 50_000), local: PeerAddress(host: "10.0.0.1", port: 5096))
    guard case .accept(let acceptance) = await open(request, host.loop) else { throw Missing() }
    self.acceptance = acceptance
    loop = host.loop
    await loop.perform { [peer, box] loop in box.handler = acceptance.handler(loop, peer) }
  }

  @discardableResult
  func send(_ bytes: [UInt8], isText: Bool = false) async -> WebSocketVerdict {
    await loop.perform { [box] loop in
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: isText, arrival: loop.time.now)
      return box.handler?.message(loan, on: loop) ?? .close(code: 1006, reason: "no handler")
    }
  }

  /// The sender's Close frame.
  func sayGoodbye() async -> WebSocketGoodbye {
    await loop.perform { [box] loop in box.handler?.closing(code: 1001, reason: "", on: loop) ?? .echo }
  }

  func drop(code: UInt16 = 1006) async {
    await loop.perform { [box] loop in
      box.handler?.closed(code: code, reason: "", on: loop)
      box.handler = nil
    }
  }
}
