import RouterCore
import Testing

@testable import RouterWeb

/// What a player gets that asks to be told what plays.
@Suite struct LiveTitleTests {
  private static let settings = FeedSettings(
    opening: [1, 2, 3, 4], capacity: 40_000, maxListeners: 4, icyInterval: 1_000)

  private static func serve(_ body: (any LiveFeed, Int) async throws -> Void) async throws {
    let host = try await TestHost()
    let feed = host.host.server.makeFeed(settings)
    let route = Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }
    let lease = try await host.lease([route])
    try await body(feed, lease.address.port)
    await host.stop()
  }

  private static func listen(_ port: Int, _ fields: String) async throws -> (client: RawClient, head: String) {
    let client = try await RawClient(port: port)
    await client.send("GET /live HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\n\(fields)\r\n")
    return (client, await client.readHead())
  }

  @Test func `titles are for those who ask`() async throws {
    try await Self.serve { feed, port in
      await feed.setTitle("First")
      let (told, head) = try await Self.listen(port, "icy-metadata: 1\r\n")
      #expect(head.contains("icy-metaint: 1000\r\n"))
      let (plain, plainHead) = try await Self.listen(port, "")
      #expect(!plainHead.contains("icy-metaint"))
      let (other, otherHead) = try await Self.listen(port, "Icy-MetaData: 0\r\n")
      #expect(!otherHead.contains("icy-metaint"))
      let sound = (0..<3_500).map { UInt8($0 % 251) }
      let (first, rest) = (Array(sound[..<1_500]), Array(sound[1_500...]))
      feed.write(unsafe first.span.bytes)
      #expect(await plain.read(1_504) == [1, 2, 3, 4] + first)
      #expect(await other.read(1_504) == [1, 2, 3, 4] + first)
      // 1504 bytes of body and a block of 33: "StreamTitle='First';" is 20 bytes.
      var heard = await told.read(1_504 + 33)
      await feed.setTitle("Second")
      feed.write(unsafe rest.span.bytes)
      heard += await told.read(2_000 + 33 + 1)
      let read = ICYReader(heard, interval: 1_000)
      #expect(read.data == [1, 2, 3, 4] + sound)
      #expect(read.titles == ["First", "Second"])
      await feed.close()
    }
  }

  @Test func `HEAD says the interval too`() async throws {
    try await Self.serve { feed, port in
      let head = await exchange(
        port, "HEAD /live HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nIcy-MetaData: 1\r\nConnection: close\r\n\r\n")
      #expect(head.contains("icy-metaint: 1000\r\n") && head.hasPrefix("HTTP/1.1 200"))
      #expect(feed.listeners == 0)
    }
  }

  @Test func `a listener that lagged goes on where a write began`() async throws {
    let host = try await TestHost()
    let feed = host.host.server.makeFeed(FeedSettings(opening: [], capacity: 60_000, maxListeners: 2))
    let lease = try await host.lease([Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }])
    let (frozen, _) = try await Self.listen(lease.address.port, "")
    let (other, _) = try await Self.listen(lease.address.port, "")
    let sizes = (0..<6_000).map { 200 + $0 * 37 % 800 }
    for size in sizes {
      let unit = Self.unit(size)
      feed.write(unsafe unit.span.bytes)
      #expect(await other.read(size) == unit)
    }
    await feed.close()
    var heard: [UInt8] = []
    while case let some = await frozen.readSome(), !some.isEmpty { heard += some }
    // What it had, up to a cut anywhere, then on from where a unit begins. Nothing is gone that was not counted.
    let skipped = host.metrics.metric("router_web_live_skipped_bytes_total", .counter, help: "", node: "").current
    #expect(skipped > 0 && heard.count + skipped == sizes.reduce(0, +))
    #expect(Self.torn(heard) == 0)
    await host.stop()
  }

  /// 0xFF, the length in two times seven bits, then each byte its place.
  private static func unit(_ size: Int) -> [UInt8] {
    [0xFF, UInt8(size >> 7), UInt8(size & 127)] + (3..<size).map { UInt8($0 & 127) }
  }

  /// How many pieces are no beginning of a unit: something went on in the middle of one.
  private static func torn(_ bytes: [UInt8]) -> Int {
    bytes.split(separator: 0xFF).count { piece in
      guard piece.count >= 2 else { return false }
      let size = Int(piece[piece.startIndex]) << 7 | Int(piece[piece.startIndex + 1])
      return piece.count >= size || zip(piece, unit(max(3, size)).dropFirst()).contains { $0 != $1 }
    }
  }
}
