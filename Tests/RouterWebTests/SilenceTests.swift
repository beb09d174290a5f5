import RouterCore
import Testing

@testable import RouterWeb

/// Players of plain TCP and of HTTP at one port.
@Suite struct SilenceTests {
  private static let opening = Array("OPENING!".utf8)

  private func withPort(
    maxListeners: Int = 4, _ change: (inout ListenerSettings) -> Void = { _ in },
    _ body: (TestHost, any LiveFeed, any WebLease) async throws -> Void
  ) async throws {
    let host = try await TestHost()
    let feed = host.host.server.makeFeed(
      FeedSettings(opening: Self.opening, capacity: 40_000, maxListeners: maxListeners))
    let lease = try await host.lease(
      [
        Route("GET", "/*", access: .device) { _ in HTTPResponse(body: .live(feed)) }, Route(silence: feed),
      ], change)
    try await body(host, feed, lease)
    await host.stop()
  }

  @Test func `who says nothing gets the opening and what follows, without a head`() async throws {
    try await withPort { _, feed, lease in
      let client = try await RawClient(port: lease.address.port)
      #expect(await client.read(8) == Self.opening)
      #expect(feed.listeners == 1)
      feed.write(unsafe Array("sound".utf8).span.bytes)
      #expect(await client.read(5) == Array("sound".utf8))
      await feed.close()
      #expect(await client.readSome().isEmpty)
    }
  }

  @Test func `who ends its half at once is served at once`() async throws {
    try await withPort { _, feed, lease in
      let client = try await RawClient(port: lease.address.port)
      client.endWriting()
      #expect(await client.read(8) == Self.opening)
      feed.write(unsafe Array("sound".utf8).span.bytes)
      #expect(await client.read(5) == Array("sound".utf8))
    }
  }

  @Test(arguments: ["/", "/any/path.wav?x=1"]) func `who asks is answered in HTTP`(path: String) async throws {
    try await withPort { _, feed, lease in
      let client = try await RawClient(port: lease.address.port)
      await client.send("GET \(path) HTTP/1.0\r\nHost: radio.example\r\n\r\n")
      #expect(await client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(await client.read(8) == Self.opening)
      feed.write(unsafe Array("sound".utf8).span.bytes)
      #expect(await client.read(5) == Array("sound".utf8))
    }
  }

  @Test func `a request that has begun is waited for, and nonsense is refused`() async throws {
    try await withPort({ $0.limits.headerSeconds = 0.6 }) { host, _, lease in
      let slow = try await RawClient(port: lease.address.port)
      await slow.send("GE")
      #expect(await slow.readToEnd().hasPrefix("HTTP/1.1 408"))
      let odd = try await RawClient(port: lease.address.port)
      await odd.send("\u{1}\u{2}\r\n\r\n")
      #expect(await odd.readToEnd().hasPrefix("HTTP/1.1 400"))
    }
  }

  @Test func `peers that are not allowed and listeners too many get nothing`() async throws {
    try await withPort({
      $0.allow = ["10.0.0.0/8"]; $0.limits.headerSeconds = 0.3
    }) { _, feed, lease in
      let client = try await RawClient(port: lease.address.port)
      #expect(await client.readToEnd().isEmpty && feed.listeners == 0)
    }
    try await withPort(maxListeners: 1) { host, feed, lease in
      let one = try await RawClient(port: lease.address.port)
      #expect(await one.read(8) == Self.opening)
      let two = try await RawClient(port: lease.address.port)
      #expect(await two.readToEnd().isEmpty && feed.listeners == 1)
      #expect(host.refused("too many listeners") == 1)
    }
  }

  @Test func `releasing the lease ends the listener and frees the port`() async throws {
    try await withPort { host, _, lease in
      let client = try await RawClient(port: lease.address.port)
      #expect(await client.read(8) == Self.opening)
      await lease.release()
      #expect(await client.readSome().isEmpty)
      let port = lease.address.port
      let again = try await host.lease([hello]) {
        $0.listen.port = port
        $0.isShared = false
      }
      #expect(again.address.port == port)
    }
  }

  @Test func `a port that is not shared is refused to others, with the kernel's number`() async throws {
    let host = try await TestHost()
    let alone = try await host.lease([hello], by: "one") { $0.isShared = false }
    let shared = try await host.lease([hello], by: "two")
    for (port, isShared) in [(alone.address.port, true), (alone.address.port, false), (shared.address.port, false)] {
      do throws(NodeFailure) {
        _ = try await host.host.server.lease(
          [echo],
          on: TestHost.settings {
            $0.listen.port = port
            $0.isShared = isShared
          }, by: "three")
        Issue.record("the port was leased")
      } catch {
        #expect(error.kind == .blocked && error.code == 98, "EADDRINUSE")
      }
    }
    await host.stop()
  }
}
