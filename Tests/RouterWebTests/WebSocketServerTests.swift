import RouterCore
import Testing

@testable import RouterWeb

/// Says back what it hears, and "bye" closes.
private final class EchoHandler: WebSocketHandler {
  private let peer: any WebSocketPeer
  private let log: PthreadLock<[String]>

  init(_ peer: any WebSocketPeer, _ log: PthreadLock<[String]>) {
    self.peer = peer
    self.log = log
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    let bytes = unsafe message.payload.withUnsafeBytes { unsafe Array($0) }
    let text = String(decoding: bytes, as: UTF8.self)
    if message.isText, text == "bye" { return .close(code: 1000, reason: "bye") }
    if message.isText, text == "aligned?" {
      let isAligned = unsafe message.payload.withUnsafeBytes { Int(bitPattern: $0.baseAddress) & 15 == 0 }
      peer.send(.text(isAligned ? "yes" : "no"))
    } else if message.isText, text == "pause" {
      let peer = peer
      Task { peer.resume() }
      return .pause
    } else {
      peer.send(message.isText ? .text(text) : .binary(bytes))
    }
    return .go
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    log.withLock { $0.append("\(code) \(reason)") }
  }
}

private func echoRoute(
  _ log: PthreadLock<[String]>, _ change: @escaping @Sendable (inout WebSocketAcceptance) -> Void = { _ in }
)
  -> Route
{
  Route(webSocket: "/ws/{name}") { request, loop in
    if request.parameters["name"] == "no" { return .refuse(.text("no", status: 409)) }
    var acceptance = WebSocketAcceptance(greeting: [.text("READY")], messageLimit: 70_000) { _, peer in
      EchoHandler(peer, log)
    }
    change(&acceptance)
    return .accept(acceptance)
  }
}

private let upgrade =
  "GET /ws/a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

private func frame(_ opcode: FrameOpcode, _ text: String) -> [UInt8] {
  FrameEncoder.frame(opcode, unsafe Array(text.utf8).span.bytes, mask: 0x1234_5678)
}

extension RawClient {
  /// One short unmasked frame: its first byte and its payload.
  fileprivate func readFrame() async -> (UInt8, [UInt8]) {
    let head = await read(2)
    guard head.count == 2 else { return (0, []) }
    var length = Int(head[1])
    if length == 126 {
      let more = await read(2)
      length = more.count == 2 ? Int(more[0]) << 8 | Int(more[1]) : 0
    }
    return (head[0], await read(length))
  }

  fileprivate func readText() async -> String { String(decoding: await readFrame().1, as: UTF8.self) }
}

@Suite struct WebSocketServerTests {
  private let log = PthreadLock<[String]>([])

  @Test func `101 and greeting come at once, with the accept key and no extension`() async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(upgrade + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
      let first = await client.readSome()
      let text = String(decoding: first, as: UTF8.self)
      #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
      #expect(text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
      #expect(!text.contains("Extensions"))
      #expect(first.suffix(7).elementsEqual([0x81, 5] + Array("READY".utf8)))
    }
  }

  @Test func `messages behind the upgrade in one segment are heard`() async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(Array((upgrade + "\r\n").utf8) + frame(.text, "one") + frame(.text, "two"))
      _ = await client.readHead()
      #expect(await client.readText() == "READY")
      #expect(await client.readText() == "one")
      #expect(await client.readText() == "two")
    }
  }

  @Test func `payloads are aligned to 16 bytes, wherever they lie`() async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(upgrade + "\r\n")
      _ = await client.readHead()
      _ = await client.readText()
      await client.send(frame(.text, "x") + frame(.text, "aligned?") + frame(.text, "abc") + frame(.text, "aligned?"))
      #expect(await client.readText() == "x")
      #expect(await client.readText() == "yes")
      #expect(await client.readText() == "abc")
      #expect(await client.readText() == "yes")
    }
  }

  @Test func `a paused handler gets what came meanwhile after resume`() async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(upgrade + "\r\n")
      _ = await client.readHead()
      _ = await client.readText()
      await client.send(frame(.text, "pause") + frame(.text, "after"))
      #expect(await client.readText() == "after")
    }
  }

  @Test func `ping is answered with the same payload, also between fragments`() async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(upgrade + "\r\n")
      _ = await client.readHead()
      _ = await client.readText()
      var start = frame(.text, "he")
      start[0] = 0x01
      await client.send(start + frame(.ping, "p") + frame(.continuation, "llo"))
      let (opcode, payload) = await client.readFrame()
      #expect(opcode == 0x8A && payload == Array("p".utf8))
      #expect(await client.readText() == "hello")
    }
  }

  @Test(
    arguments: [
      ([0xC1, 0x80, 0, 0, 0, 0], UInt16(1002)), ([0x81, 0x01, 0x61], 1002), ([0x83, 0x80, 0, 0, 0, 0], 1002),
      ([0x81, 0x81, 0, 0, 0, 0, 0xFF], 1007), ([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0x11, 0x71], 1009),
      ([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED], 1002),
    ] as [([UInt8], UInt16)])
  func `a broken frame is answered by its close code, which arrives`(_ bytes: [UInt8], _ code: UInt16) async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(Array((upgrade + "\r\n").utf8) + bytes + [UInt8](repeating: 0x55, count: 100_000))
      _ = await client.readHead()
      _ = await client.readText()
      let (opcode, payload) = await client.readFrame()
      #expect(opcode == 0x88)
      #expect(payload.prefix(2).elementsEqual([UInt8(code >> 8), UInt8(code & 255)]))
      #expect(await client.readToEnd().isEmpty)
      #expect(log.withLock { $0.first?.prefix(4) } == "1006")
    }
  }

  @Test func `the closing handshake works from both sides`() async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let first = try await RawClient(port: port)
      await first.send(Array((upgrade + "\r\n").utf8) + FrameEncoder.close(code: 3001, reason: "done", mask: 7))
      _ = await first.readHead()
      _ = await first.readText()
      #expect(await first.readFrame().1.prefix(2).elementsEqual([0x0B, 0xB9]))
      #expect(await first.readToEnd().isEmpty)
      let second = try await RawClient(port: port)
      await second.send(Array((upgrade + "\r\n").utf8) + frame(.text, "bye"))
      _ = await second.readHead()
      _ = await second.readText()
      #expect(await second.readFrame().1.elementsEqual([0x03, 0xE8] + Array("bye".utf8)))
      await second.send(FrameEncoder.close(code: 1000, reason: "", mask: 7))
      #expect(await second.readToEnd().isEmpty)
      #expect(log.withLock { $0.sorted() } == ["1000 ", "3001 done"])
    }
  }

  @Test func `releasing the lease says 1001`() async throws {
    let host = try await TestHost()
    let lease = try await host.lease([echoRoute(log)])
    let client = try await RawClient(port: lease.address.port)
    await client.send(upgrade + "\r\n")
    _ = await client.readHead()
    _ = await client.readText()
    await lease.release()
    #expect(await client.readFrame().1.prefix(2).elementsEqual([0x03, 0xE9]))
    await host.stop()
    #expect(log.withLock { $0.count } == 1)
  }

  @Test(arguments: [
    (upgrade.replacingVersion("8") + "\r\n", "426"), ("GET /ws/a HTTP/1.1\r\nHost: x\r\n\r\n", "426"),
    (upgrade.replacingKey("abc") + "\r\n", "400"), (upgrade + "Origin: https://evil.example\r\n\r\n", "403"),
    (upgrade + "Origin: file://\r\n\r\n", "101"), (upgrade + "Origin: http://x:99\r\n\r\n", "101"),
    (upgrade.replacingPath("/ws/no") + "\r\n", "409"),
  ])
  func `an upgrade is checked`(_ request: String, _ status: String) async throws {
    try await withServer([echoRoute(log)]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(request)
      let head = await client.readHead()
      #expect(head.hasPrefix("HTTP/1.1 \(status) "))
      #expect(status != "426" || head.contains("Sec-WebSocket-Version: 13\r\n"))
    }
  }

  @Test func `a subprotocol is echoed if it was offered`() async throws {
    try await withServer([echoRoute(log) { $0.subprotocol = "arduino" }]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(upgrade + "Sec-WebSocket-Protocol: other, arduino\r\n\r\n")
      #expect(await client.readHead().contains("Sec-WebSocket-Protocol: arduino\r\n"))
      let plain = try await RawClient(port: port)
      await plain.send(upgrade + "\r\n")
      #expect(await !plain.readHead().contains("Protocol:"))
    }
  }

  @Test func `silence is pinged, and ended when nothing comes back`() async throws {
    try await withServer([echoRoute(log) { $0.pingEvery = .milliseconds(100) }]) { host, port in
      let client = try await RawClient(port: port)
      await client.send(upgrade + "\r\n")
      _ = await client.readHead()
      _ = await client.readText()
      _ = await client.readToEnd()
      #expect(host.refused("no answer to ping") == 1)
    }
  }
}

extension String {
  fileprivate func replacingVersion(_ version: String) -> String { replacing("Version: 13", "Version: \(version)") }
  fileprivate func replacingKey(_ key: String) -> String { replacing("dGhlIHNhbXBsZSBub25jZQ==", key) }
  fileprivate func replacingPath(_ path: String) -> String { replacing("/ws/a", path) }

  private func replacing(_ old: String, _ new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}
