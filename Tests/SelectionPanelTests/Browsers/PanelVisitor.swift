import RouterCore
import Support
import Testing

@testable import SelectionPanel

/// A browser of a test: opens the node's WebSocket, says things, waits for what it is told.
final class PanelVisitor: WebSocketPeer {
  let address = PeerAddress(host: "127.0.0.1", port: 50_000)
  private let inlet: AsyncStream<String>.Continuation
  private let told: AsyncStream<String>
  private let loop: Loop
  private let box = HandlerBox()

  /// Holds the data half. Unchecked because it is touched on the loop only.
  private final class HandlerBox: @unchecked Sendable {
    var handler: (any WebSocketHandler)?
  }

  struct Refused: Error, Equatable {
    var status: Int
  }

  private init(_ loop: Loop) {
    self.loop = loop
    (told, inlet) = AsyncStream.makeStream(of: String.self)
  }

  static func open(_ host: FakeHost) async throws -> PanelVisitor {
    let route = try #require(host.web.route("GET", "/ws"))
    guard case .webSocket(let open) = route.answer else { throw Refused(status: 0) }
    let visitor = PanelVisitor(host.loop)
    let request = HTTPRequest(method: "GET", path: "/ws", peer: visitor.address, local: visitor.address)
    switch await open(request, host.loop) {
    case .refuse(let response): throw Refused(status: response.status)
    case .live: throw Refused(status: 101)
    case .accept(let acceptance):
      await host.loop.perform { [box = visitor.box] loop in box.handler = acceptance.handler(loop, visitor) }
      return visitor
    }
  }

  func send(_ message: WebSocketMessage) -> Bool {
    guard case .text(let text) = message else { return false }
    inlet.yield(text)
    return true
  }
  func close(code: UInt16, reason: String) { inlet.yield("{\"closed\":\(code)}") }
  func resume() {}

  /// What it is told next.
  func hears() async throws -> JSON {
    for await text in told { return try JSON(strict: Array(text.utf8)) }
    throw Refused(status: 0)
  }

  /// The next message of that type; those before are left out.
  func hears(_ type: String) async throws -> JSON {
    while true {
      let message = try await hears()
      if message["type"]?.text == type { return message }
    }
  }

  @discardableResult
  func says(_ text: String, isText: Bool = true) async -> WebSocketVerdict {
    await loop.perform { [box] loop in
      let bytes = Array(text.utf8)
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: isText, arrival: loop.time.now)
      return box.handler?.message(loan, on: loop) ?? .go
    }
  }

  func leaves() async { await loop.perform { [box] loop in box.handler?.closed(code: 1000, reason: "", on: loop) } }
}
