import RouterCore
import Testing

@testable import RouterWeb

/// Bytes of a feed in which each byte tells its position: a frame of four bytes holds its number.
private func frames(_ range: Range<UInt32>) -> [UInt8] {
  range.flatMap { number in [UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16 & 255), 0xAA] }
}

private func numbers(_ bytes: [UInt8]) -> [UInt32]? {
  var all: [UInt32] = []
  for start in stride(from: 0, to: bytes.count - bytes.count % 4, by: 4) {
    guard bytes[start + 3] == 0xAA else { return nil }
    all.append(UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16)
  }
  return all
}

extension RawClient {
  /// One chunk's payload; empty for the last one.
  fileprivate func readChunk() async -> [UInt8] {
    var line: [UInt8] = []
    while line.count < 3 || !line.suffix(2).elementsEqual([13, 10]) {
      if line == [13, 10] { line = [] }
      let byte = await read(1)
      if byte.isEmpty { return [] }
      line += byte
    }
    return await read(Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? 0)
  }
}

private func liveServer(
  _ settings: FeedSettings, ioThreads: Int = 1, _ body: (TestHost, any LiveFeed, Int) async throws -> Void
) async throws {
  let host = try await TestHost(ioThreads: ioThreads)
  let feed = host.host.server.makeFeed(settings)
  let route = Route("GET", "/live") { _ in
    HTTPResponse(fields: HTTPFields([("Content-Type", "audio/wav")]), body: .live(feed))
  }
  let lease = try await host.lease([route])
  try await body(host, feed, lease.address.port)
  await host.stop()
}

private let request = "GET /live HTTP/1.1\r\n\(withHost)\r\n"
private let standard = FeedSettings(opening: Array("RIFF".utf8), capacity: 40_000, maxListeners: 4, alignment: 4)

@Suite struct LiveFeedTests {
  @Test func `a listener gets the opening and then live bytes in chunks`() async throws {
    try await liveServer(standard) { _, feed, port in
      let client = try await RawClient(port: port)
      await client.send(request)
      let head = await client.readHead()
      #expect(head.contains("Transfer-Encoding: chunked\r\n") && head.contains("Content-Type: audio/wav\r\n"))
      #expect(await client.readChunk() == Array("RIFF".utf8))
      feed.write(unsafe frames(0..<960).span.bytes)
      #expect(await client.readChunk() == frames(0..<960))
      feed.write(unsafe frames(960..<1000).span.bytes)
      #expect(await client.readChunk() == frames(960..<1000))
      #expect(feed.listeners == 1)
      await feed.close()
      #expect(await client.readChunk().isEmpty)
    }
  }

  @Test func `whoever feeds it learns of every listener that comes and leaves`() async throws {
    let changes = PthreadLock<[Int]>([])
    var settings = standard
    settings.audienceChanged = { change in changes.withLock { $0.append(change) } }
    try await liveServer(settings) { _, feed, port in
      var clients: [RawClient] = []
      for count in 1...3 {
        let client = try await RawClient(port: port)
        await client.send(request)
        _ = await client.readHead()
        clients.append(client)
        #expect(changes.withLock { $0 } == [Int](repeating: 1, count: count))
      }
      let head = "HEAD /live HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n"
      #expect(await exchange(port, head).contains("audio/wav"))
      #expect(changes.withLock { $0 } == [1, 1, 1])
      await feed.close()
      #expect(clients.count == 3 && changes.withLock { $0 } == [1, 1, 1, -1, -1, -1])
    }
  }

  @Test func `a late listener begins at a whole frame`() async throws {
    try await liveServer(standard) { _, feed, port in
      feed.write(unsafe frames(0..<10).span.bytes)
      feed.write(unsafe [UInt8]([1, 2, 3]).span.bytes)
      let client = try await RawClient(port: port)
      await client.send(request)
      _ = await client.readHead()
      _ = await client.readChunk()
      feed.write(unsafe ([4] + frames(11..<20)).span.bytes)
      #expect(await client.readChunk() == frames(11..<20))
      #expect(await exchange(port, "HEAD /live HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n").contains("audio/wav"))
      #expect(feed.listeners == 1)
    }
  }

  @Test func `HTTP 1.0 gets the bytes bare, to the end of the connection`() async throws {
    try await liveServer(standard) { _, feed, port in
      let client = try await RawClient(port: port)
      await client.send("GET /live HTTP/1.0\r\n\r\n")
      let head = await client.readHead()
      #expect(head.contains("Connection: close\r\n") && !head.contains("chunked"))
      #expect(await client.read(4) == Array("RIFF".utf8))
      feed.write(unsafe frames(0..<100).span.bytes)
      #expect(await client.read(400) == frames(0..<100))
      await feed.close()
      #expect(await client.readToEnd().isEmpty)
    }
  }

  @Test func `one listener too many gets 503, and a place that was left is given again`() async throws {
    try await liveServer(FeedSettings(opening: [1], capacity: 4096, maxListeners: 1)) { _, feed, port in
      var client: RawClient? = try await RawClient(port: port)
      await client?.send(request)
      _ = await client?.readHead()
      #expect(await exchange(port, request.closing).hasPrefix("HTTP/1.1 503"))
      client?.endWriting()
      client = nil
      var next = ""
      // The server learns of the loss when it writes.
      while !next.hasPrefix("HTTP/1.1 200") {
        feed.write(unsafe [UInt8(0)].span.bytes)
        let other = try await RawClient(port: port)
        await other.send(request)
        next = await other.readHead()
        if !next.hasPrefix("HTTP/1.1 200") { #expect(next.hasPrefix("HTTP/1.1 503")) }
      }
    }
  }

  @Test(arguments: [1, 2]) func `frozen listeners lose sound and the others lose nothing`(_ threads: Int) async throws {
    let settings = FeedSettings(opening: [], capacity: 200_000, maxListeners: 20, alignment: 4)
    try await liveServer(settings, ioThreads: threads) { host, feed, port in
      var clients: [RawClient] = []
      for index in 0..<4 {
        clients.append(try await RawClient(port: port))
        await clients[index].send("GET /live HTTP/1.0\r\n\r\n")
        _ = await clients[index].readHead()
      }
      let frozen = clients[0]
      var got: [[UInt8]] = Array(repeating: [], count: 4)
      let rounds: UInt32 = 300
      for round in 0..<rounds {
        feed.write(unsafe frames(round * 3840..<(round + 1) * 3840).span.bytes)
        for index in 1..<4 { got[index] += await clients[index].read(15_360) }
      }
      for index in 1..<4 { #expect(got[index] == frames(0..<rounds * 3840), "listener \(index)") }
      await feed.close()
      let rest = await frozen.readAll()
      let heard = try #require(numbers(rest))
      #expect(zip(heard, heard.dropFirst()).allSatisfy { $0 < $1 })
      #expect(heard.count < rounds * 3840)
      let skipped = host.metrics.metric("router_web_live_skipped_bytes_total", .counter, help: "", node: "")
      #expect(skipped.current > 0 && skipped.current % 4 == 0)
    }
  }

  @Test func `a listener that lags is disconnected where the policy says so`() async throws {
    let settings = FeedSettings(opening: [], capacity: 100_000, maxListeners: 2, whenFull: .disconnect, alignment: 4)
    try await liveServer(settings) { _, feed, port in
      let client = try await RawClient(port: port)
      await client.send(request)
      _ = await client.readHead()
      let other = try await RawClient(port: port)
      await other.send("GET /live HTTP/1.0\r\n\r\n")
      _ = await other.readHead()
      for round in 0..<UInt32(2000) where feed.listeners == 2 {
        feed.write(unsafe frames(round * 960..<(round + 1) * 960).span.bytes)
        _ = await other.read(3840)
      }
      #expect(feed.listeners == 1)
    }
  }
}

extension String {
  fileprivate var closing: String { String(decoding: utf8.dropLast(2), as: UTF8.self) + "Connection: close\r\n\r\n" }
}

extension RawClient {
  fileprivate func readAll() async -> [UInt8] {
    var all: [UInt8] = []
    while case let some = await readSome(), !some.isEmpty { all += some }
    return all
  }
}
