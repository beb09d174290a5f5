import RouterCore
import Testing

@testable import RouterWeb

private let upgrade =
  "GET /listen HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

private func settings(capacity: Int = 100_000, listeners: Int = 4, _ policy: FeedSettings.WhenFull = .skip)
  -> FeedSettings
{
  FeedSettings(
    opening: Array("never".utf8), capacity: capacity, maxListeners: listeners, whenFull: policy, alignment: 4,
    framing: .webSocketBinary)
}

private func listenServer(
  _ settings: FeedSettings, ioThreads: Int = 1, _ body: (any LiveFeed, Int) async throws -> Void
) async throws {
  let host = try await TestHost(ioThreads: ioThreads)
  let feed = host.host.server.makeFeed(settings)
  let lease = try await host.lease([
    Route(webSocket: "/listen") { _, _ in .live(feed, greeting: [.text("first")]) }
  ])
  try await body(feed, lease.address.port)
  await host.stop()
}

/// A message that tells its number and is `count` bytes long.
private func message(_ number: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
}

extension RawClient {
  /// Opcode and payload of the next frame; nil at the end.
  fileprivate func readMessage() async -> (opcode: UInt8, payload: [UInt8])? {
    let head = await read(2)
    guard head.count == 2 else { return nil }
    var length = Int(head[1] & 127)
    if length == 126 { length = await read(2).reduce(0) { $0 << 8 | Int($1) } }
    if length == 127 { length = await read(8).reduce(0) { $0 << 8 | Int($1) } }
    return (head[0] & 15, await read(length))
  }

  fileprivate func listen() async -> Bool {
    await send(upgrade)
    let head = await readHead()
    guard head.hasPrefix("HTTP/1.1 101"), let first = await readMessage() else { return false }
    return first.opcode == 1 && first.payload == Array("first".utf8)
  }
}

@Suite struct LiveSocketTests {
  @Test(arguments: [1, 2]) func `each write is one binary message of the same bytes`(_ threads: Int) async throws {
    try await listenServer(settings(), ioThreads: threads) { feed, port in
      let client = try await RawClient(port: port)
      #expect(await client.listen())
      #expect(feed.listeners == 1)
      for (number, count) in [1, 125, 126, 3_840, 65_535, 65_536, 4, 3_841].enumerated() {
        feed.write(unsafe message(number, count).span.bytes)
        let got = try #require(await client.readMessage())
        #expect(got.opcode == 2 && got.payload == message(number, count), "\(count) bytes")
      }
      await feed.close()
      let end = try #require(await client.readMessage())
      #expect(end.opcode == 8 && end.payload.prefix(2) == [0x03, 0xE9])
    }
  }

  @Test func `a late listener begins at a whole message and pings are answered in between`() async throws {
    try await listenServer(settings()) { feed, port in
      feed.write(unsafe message(1, 101).span.bytes)
      let client = try await RawClient(port: port)
      #expect(await client.listen())
      feed.write(unsafe message(2, 99).span.bytes)
      #expect(await client.readMessage()?.payload == message(2, 99))
      await client.send(FrameEncoder.frame(.ping, unsafe [UInt8]([7, 8]).span.bytes, mask: 1))
      let pong = try #require(await client.readMessage())
      #expect(pong.opcode == 10 && pong.payload == [7, 8])
      await client.send(FrameEncoder.frame(.text("ignored"), mask: 9))
      feed.write(unsafe message(3, 50).span.bytes)
      #expect(await client.readMessage()?.payload == message(3, 50))
      await client.send(FrameEncoder.close(code: 1000, reason: "", mask: 1))
      #expect(await client.readMessage()?.opcode == 8)
      while feed.listeners > 0 { await Task.yield() }
    }
  }

  @Test func `one listener too many gets 503`() async throws {
    try await listenServer(settings(listeners: 1)) { _, port in
      let client = try await RawClient(port: port)
      #expect(await client.listen())
      let other = try await RawClient(port: port)
      await other.send(upgrade)
      #expect(await other.readHead().hasPrefix("HTTP/1.1 503"))
    }
  }

  @Test(arguments: [1, 2]) func `a frozen listener misses whole messages and the others none`(_ threads: Int)
    async throws
  {
    try await listenServer(settings(capacity: 60_000), ioThreads: threads) { feed, port in
      let frozen = try await RawClient(port: port)
      let reader = try await RawClient(port: port)
      #expect(await frozen.listen())
      #expect(await reader.listen())
      let rounds = 600
      var missed = 0
      for number in 0..<rounds {
        let size = 3_000 + number % 1_000
        feed.write(unsafe message(number, size).span.bytes)
        if await reader.readMessage()?.payload != message(number, size) { missed += 1 }
      }
      #expect(missed == 0)
      await feed.close()
      var numbers: [Int] = []
      while let (opcode, payload) = await frozen.readMessage(), opcode == 2 {
        let number = try #require(
          (0..<rounds).first { 3_000 + $0 % 1_000 == payload.count && message($0, 3) == Array(payload.prefix(3)) })
        #expect(payload == message(number, payload.count))
        numbers.append(number)
      }
      #expect(numbers.first == 0 && numbers.count < rounds)
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func `a listener that lags is cut off where the policy says so`() async throws {
    try await listenServer(settings(capacity: 60_000, .disconnect)) { feed, port in
      let frozen = try await RawClient(port: port)
      let reader = try await RawClient(port: port)
      #expect(await frozen.listen())
      #expect(await reader.listen())
      for number in 0..<20_000 where feed.listeners == 2 {
        feed.write(unsafe message(number, 3_840).span.bytes)
        _ = await reader.readMessage()
      }
      #expect(feed.listeners == 1)
    }
  }
}
