import RouterCore
import Support
import Testing

@testable import AriaCast

extension LiveOutput {
  /// An output that nobody hears, in the format of AriaCast.
  convenience init(_ host: FakeHost) {
    self.init(
      format: CastFormat.stream(at: 48_000), surplus: .seconds(2), counters: HTTPStreamCounters(host.context.metrics),
      at: host.time.now)
  }
}

/// A client of a text endpoint in a test: a controller, a phone's control channel, a page.
final class TextClient: Sendable {
  let peer: FakeWebSocketPeer
  private let loop: Loop
  private let box: HandlerBox

  /// Holds the data half. Unchecked because it is touched on the loop only.
  private final class HandlerBox: @unchecked Sendable {
    var handler: (any WebSocketHandler)?
  }

  /// Connects and waits for the first message.
  init(_ path: String, on host: FakeHost, from address: String = "192.168.1.30", greetings: Int = 1) async throws {
    let route = try #require(host.web.route("GET", path))
    guard case .webSocket(let open) = route.answer else { throw CastSender.Missing() }
    let here = PeerAddress(host: "192.168.1.5", port: 12_889)
    let request = HTTPRequest(method: "GET", path: path, peer: PeerAddress(host: address, port: 40_000), local: here)
    guard case .accept(let acceptance) = await open(request, host.loop) else { throw CastSender.Missing() }
    peer = FakeWebSocketPeer(address: PeerAddress(host: address, port: 40_000))
    loop = host.loop
    box = HandlerBox()
    await loop.perform { [peer, box] loop in box.handler = acceptance.handler(loop, peer) }
    await wait(greetings)
  }

  /// Everything it was told, as JSON.
  var heard: [JSON] {
    peer.sent.map { message in
      guard case .text(let text) = message, let json = try? JSON(strict: Array(text.utf8)) else { return .null }
      return json
    }
  }

  var last: JSON { heard.last ?? .null }

  /// Returns once it was told `count` things.
  func wait(_ count: Int) async {
    while peer.sent.count < count { await Task.yield() }
  }

  @discardableResult
  func send(_ text: String) async -> WebSocketVerdict {
    let bytes = Array(text.utf8)
    return await loop.perform { [box] loop in
      let loan = unsafe WebSocketLoan(payload: bytes.span.bytes, isText: true, arrival: loop.time.now)
      return box.handler?.message(loan, on: loop) ?? .close(code: 1006, reason: "no handler")
    }
  }

  /// Says something and returns the next thing it is told.
  func ask(_ text: String) async -> JSON {
    let before = peer.sent.count
    await send(text)
    await wait(before + 1)
    return heard[before]
  }

  func leave() async {
    await loop.perform { [box] loop in
      box.handler?.closed(code: 1000, reason: "", on: loop)
      box.handler = nil
    }
  }
}

extension RunningNode {
  /// Calls a plain route as a client at `address` would.
  func call(
    _ method: String, _ path: String, _ body: String = "", from address: String = "192.168.1.20",
    fields: [(String, String)] = []
  ) async throws -> (status: Int, fields: HTTPFields, body: [UInt8]) {
    let route = try #require(host.web.route(method, path))
    guard case .http(let answer) = route.answer else { throw CastSender.Missing() }
    let response = await answer(
      HTTPRequest(
        method: method, path: path, fields: HTTPFields(fields), body: Array(body.utf8),
        peer: PeerAddress(host: address, port: 50_001), local: PeerAddress(host: "192.168.1.5", port: 12_889)))
    var bytes: [UInt8] = []
    if case .bytes(let all) = response.body { bytes = all }
    return (response.status, response.fields, bytes)
  }

  func json(_ method: String, _ path: String, _ body: String = "", from address: String = "192.168.1.20") async throws
    -> JSON
  {
    try JSON(strict: try await call(method, path, body, from: address).body)
  }

  /// The newest event of a port, once `condition` holds for it.
  func event<P: EventPayload>(_ port: String, _ type: P.Type, _ condition: @escaping @Sendable (P) -> Bool) async -> P?
  {
    await host.graph.wait { _, events in
      events.contains { $0.port == port && ($0.payload as? P).map(condition) == true }
    }
    return host.graph.events.last { $0.port == port }?.payload as? P
  }
}
