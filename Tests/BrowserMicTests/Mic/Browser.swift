import RouterCore
import Support

@testable import BrowserMic

/// A browser in a test: asks a node's routes and sends messages, as the web server would.
final class Browser: Sendable {
  let peer = FakeWebSocketPeer()
  let acceptance: WebSocketAcceptance
  private let loop: Loop
  private let box = HandlerBox()

  /// Holds the data half. Unchecked because it is touched on the loop only.
  private final class HandlerBox: @unchecked Sendable {
    var handler: (any WebSocketHandler)?
  }

  struct Missing: Error {}

  init(on host: FakeHost, from address: String = "10.0.0.9") async throws {
    let route = host.web.leases.flatMap(\.routes).first { route in
      if case .webSocket = route.answer { true } else { false }
    }
    guard case .webSocket(let open) = route?.answer else { throw Missing() }
    let request = Browser.request("GET", MicRoute.socket, from: address)
    guard case .accept(let acceptance) = await open(request, host.loop) else { throw Missing() }
    self.acceptance = acceptance
    loop = host.loop
    await loop.perform { [peer, box] loop in box.handler = acceptance.handler(loop, peer) }
  }

  /// A browser that streams: its path stands.
  static func streaming(on host: FakeHost, _ hello: String = MicFrames.hello, from address: String = "10.0.0.9")
    async throws -> Browser
  {
    let browser = try await Browser(on: host, from: address)
    guard await browser.say(hello) == .pause else { throw Missing() }
    while browser.peer.resumed == 0 {
      if browser.peer.closed != nil { throw Missing() }
      await Task.yield()
    }
    return browser
  }

  static func request(_ method: String, _ path: String, from address: String, body: String = "") -> HTTPRequest {
    HTTPRequest(
      method: method, path: path, body: Array(body.utf8), peer: PeerAddress(host: address, port: 50_000),
      local: PeerAddress(host: "10.0.0.1", port: 6_969))
  }

  /// What a route answers, as JSON.
  static func ask(
    _ host: FakeHost, _ method: String, _ path: String, _ body: String = "", from address: String = "10.0.0.9"
  ) async throws -> JSON {
    guard case .http(let answer) = host.web.route(method, path)?.answer else { throw Missing() }
    let reply = await answer(request(method, path, from: address, body: body))
    guard reply.status == 200, case .bytes(let bytes) = reply.body else { throw Missing() }
    return try JSON(strict: bytes)
  }

  @discardableResult
  func send(_ bytes: [UInt8], isText: Bool = false) async -> WebSocketVerdict {
    await loop.perform { [box] loop in
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: isText, arrival: loop.time.now)
      return box.handler?.message(loan, on: loop) ?? .close(code: 1006, reason: "no handler")
    }
  }

  @discardableResult
  func say(_ text: String) async -> WebSocketVerdict { await send(Array(text.utf8), isText: true) }

  func sayGoodbye() async -> WebSocketGoodbye {
    await loop.perform { [box] loop in box.handler?.closing(code: 1001, reason: "", on: loop) ?? .echo }
  }

  func drop(code: UInt16 = 1006) async {
    await loop.perform { [box] loop in
      box.handler?.closed(code: code, reason: "", on: loop)
      box.handler = nil
    }
  }

  /// Returns when the node has closed the connection.
  func waitForClose() async -> (code: UInt16, reason: String)? {
    while peer.closed == nil { await Task.yield() }
    return peer.closed
  }

  /// What the node said, as JSON.
  var heard: [JSON] {
    peer.sent.compactMap { message in
      if case .text(let text) = message { try? JSON(strict: Array(text.utf8)) } else { nil }
    }
  }

  /// The answer to the start message.
  var started: JSON? { heard.last { $0["type"]?.text == "started" } }
}
