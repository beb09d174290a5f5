import RouterCore
import Support
import Testing

@testable import RouterWeb

/// Sends every message back.
private final class EchoHandler: WebSocketHandler {
  private let peer: any WebSocketPeer
  init(_ peer: any WebSocketPeer) { self.peer = peer }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    let payload = bytes(of: message.payload)
    let isSent = peer.send(message.isText ? .text(String(decoding: payload, as: UTF8.self)) : .binary(payload))
    return isSent ? .go : .close(code: 1011, reason: "full")
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {}
}

private final class CollectingHandler: WebSocketHandler {
  private let continuation: AsyncStream<[UInt8]>.Continuation
  init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    continuation.yield(bytes(of: message.payload))
    return .go
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) { continuation.finish() }
}

/// The client against our own server, over plain TCP and over TLS with the local authority.
@Suite struct WebSocketEchoTests {
  @Test(arguments: [TLSSettings.off, .auto])
  func `what is sent comes back whole and in order`(_ tls: TLSSettings) async throws {
    let folder = ScratchFolder()
    let host = try await WebHost(
      ioThreads: 1, metrics: MetricRegistry(), log: Log(source: "test", level: .error, sink: SilentSink()),
      stateFolder: "\(folder.path)/state")
    let lease = try await host.server.lease(
      [
        Route(webSocket: "/echo") { _, _ in
          .accept(WebSocketAcceptance(messageLimit: 1 << 20) { _, peer in EchoHandler(peer) })
        }
      ], on: ListenerSettings(listen: PeerAddress(host: "127.0.0.1", port: 0), tls: tls), by: NodeID("echo"))
    let dialer = WebSocketDialer(
      blocking: BlockingPool(threads: 1), timeout: .seconds(10),
      authority: try host.authorityPEM.map { try Certificate(pem: $0) })
    let scheme = tls == .off ? "ws" : "wss"
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
    let peer = try await dialer.connect(
      to: "\(scheme)://127.0.0.1:\(lease.address.port)/echo", fields: HTTPFields(), subprotocols: [],
      messageLimit: 1 << 20, on: host.loops[0]
    ) { _, _ in CollectingHandler(continuation) }
    var generator = SeededGenerator(seed: 7)
    var received = stream.makeAsyncIterator()
    for size in [0, 1, 3840, 125, 126, 65_535, 65_536, 400_000] {
      let message = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(peer.send(.binary(message)))
      #expect(await received.next() == message, "\(size) bytes")
    }
    for index in 0..<200 { #expect(peer.send(.text("message \(index)"))) }
    for index in 0..<200 { #expect(await received.next() == Array("message \(index)".utf8)) }
    peer.close(code: 1000, reason: "")
    #expect(await received.next() == nil)
    await host.stop()
  }

  @Test func `an authority that is not ours is refused`() async throws {
    let folder = ScratchFolder()
    let host = try await WebHost(
      ioThreads: 1, metrics: MetricRegistry(), log: Log(source: "test", level: .error, sink: SilentSink()),
      stateFolder: "\(folder.path)/state")
    let lease = try await host.server.lease(
      [Route("GET", "/", http: { _ in .text("") })],
      on: ListenerSettings(listen: PeerAddress(host: "127.0.0.1", port: 0), tls: .auto), by: NodeID("n"))
    let port = lease.address.port
    let failure = await #expect(throws: HTTPFailure.self) {
      try await WebSocketDialer(blocking: BlockingPool(threads: 1)).connect(
        to: "wss://127.0.0.1:\(port)/", fields: HTTPFields(), subprotocols: [], messageLimit: 10,
        on: host.loops[0]
      ) { _, peer in EchoHandler(peer) }
    }
    #expect(failure?.kind == .tls)
    let curl = HTTPClientCurl()
    let refused = await #expect(throws: HTTPFailure.self) {
      try await curl.send(HTTPCall(url: "https://127.0.0.1:\(port)/"))
    }
    #expect(refused?.kind == .tls)
    let answer = try await curl.send(HTTPCall(url: "https://127.0.0.1:\(port)/", trustsAnyCertificate: true))
    #expect(answer.status == 200)
    await host.stop()
  }
}
