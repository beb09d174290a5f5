import RouterCore
import Support
import Testing

@testable import AriaCast

/// A WebSocket client of a dashboard in a test; what it is told can be waited for.
final class PageVisitor: WebSocketPeer {
  let address: PeerAddress
  private let inlet: AsyncStream<String>.Continuation
  private let told: AsyncStream<String>
  private let loop: Loop
  private let box = HandlerBox()

  /// Holds the data half. Unchecked because it is touched on the loop only.
  private final class HandlerBox: @unchecked Sendable {
    var handler: (any WebSocketHandler)?
  }

  private init(_ loop: Loop, at host: String) {
    self.loop = loop
    address = PeerAddress(host: host, port: 50_000)
    (told, inlet) = AsyncStream.makeStream(of: String.self)
  }

  /// Opens one of the dashboard's WebSocket routes from an address.
  /// - Throws: `Refused` with the status when it is not accepted.
  static func open(
    _ path: String, on host: FakeHost, fields: [(String, String)] = [], query: [(name: String, value: String)] = [],
    from address: String = "127.0.0.1"
  ) async throws -> PageVisitor {
    let route = try #require(host.web.route("GET", path))
    guard case .webSocket(let open) = route.answer else { throw Refused(status: 0) }
    let visitor = PageVisitor(host.loop, at: address)
    let request = HTTPRequest(
      method: "GET", path: path, query: query, fields: HTTPFields(fields), peer: visitor.address,
      local: PeerAddress(host: "192.168.1.5", port: 8090))
    switch await open(request, host.loop) {
    case .refuse(let response): throw Refused(status: response.status)
    case .live: throw Refused(status: 101)
    case .accept(let acceptance):
      await host.loop.perform { [box = visitor.box] loop in box.handler = acceptance.handler(loop, visitor) }
      return visitor
    }
  }

  struct Refused: Error, Equatable {
    var status: Int
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

  /// The next message that has that member.
  func hears(_ key: String) async throws -> JSON {
    while true {
      let message = try await hears()
      if let value = message[key] { return value }
    }
  }

  @discardableResult
  func says(_ text: String) async -> WebSocketVerdict {
    await loop.perform { [box] loop in
      let bytes = Array(text.utf8)
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: true, arrival: loop.time.now)
      return box.handler?.message(loan, on: loop) ?? .go
    }
  }

  func leaves() async { await loop.perform { [box] loop in box.handler?.closed(code: 1000, reason: "", on: loop) } }
}
