import RouterCore
import Testing

@testable import RouterWeb

private let live = "GET /live HTTP/1.0\r\n\r\n"
private let once = "GET /hello HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n"

/// Settings of listeners and feeds that change while somebody is connected.
@Suite struct LiveSettingsTests {
  @Test func `who may connect changes at once, and who is connected stays`() async throws {
    let host = try await TestHost()
    let feed = host.host.server.makeFeed(FeedSettings(opening: [], capacity: 4096, maxListeners: 2))
    let routes = [hello, Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }]
    let lease = try await host.lease(routes)
    let port = lease.address.port
    let listener = try await RawClient(port: port)
    await listener.send(live)
    _ = await listener.readHead()
    let kept = try await RawClient(port: port)
    await kept.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
    #expect(await kept.readResponse().body == "hello")

    await lease.update(TestHost.settings { $0.allow = ["10.0.0.0/8"] })
    #expect(await exchange(port, once).hasPrefix("HTTP/1.1 403"))
    await kept.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
    #expect(await kept.readHead().hasPrefix("HTTP/1.1 403"))
    feed.write(unsafe [UInt8](repeating: 7, count: 100).span.bytes)
    #expect(await listener.read(100) == [UInt8](repeating: 7, count: 100))

    await lease.update(TestHost.settings { $0.allow = ["10.0.0.0/8", "127.0.0.1"] })
    #expect(await exchange(port, once).hasSuffix("hello"))
    await lease.update(TestHost.settings { $0.allow = ["nonsense"] })
    #expect(await exchange(port, once).hasPrefix("HTTP/1.1 403"))
    await host.stop()
  }

  @Test func `a node that shares a listener changes its own routes only, and limits join`() async throws {
    let host = try await TestHost()
    let first = try await host.lease([hello], by: "one")
    let port = first.address.port
    let second = try await host.lease([Route("GET", "/other") { _ in .text("other") }], by: "two") {
      $0.listen.port = port
    }
    await first.update(TestHost.settings { $0.allow = ["10.0.0.0/8"] })
    #expect(await exchange(port, once).hasPrefix("HTTP/1.1 403"))
    let other = "GET /other HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n"
    #expect(await exchange(port, other).hasSuffix("other"))
    let server = try #require(host.host.server as? HTTPServer)
    let index = try #require(await server.listeners.first)
    await first.update(TestHost.settings { $0.limits.connections = 5 })
    #expect(index.core.limits.connections == ListenerLimits().connections)
    await second.update(TestHost.settings { $0.limits.connections = 7 })
    #expect(index.core.limits.connections == 7)
    await second.release()
    #expect(index.core.limits.connections == 5)
    await host.stop()
  }

  @Test func `connections are counted by the limit of the moment`() async throws {
    let host = try await TestHost()
    let lease = try await host.lease([hello])
    let kept = try await RawClient(port: lease.address.port)
    await kept.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
    _ = await kept.readResponse()
    await lease.update(TestHost.settings { $0.limits.connections = 1 })
    #expect(await exchange(lease.address.port, once).hasPrefix("HTTP/1.1 503"))
    await kept.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
    #expect(await kept.readResponse().body == "hello")
    await lease.update(TestHost.settings { $0.limits.connections = 10 })
    #expect(await exchange(lease.address.port, once).hasSuffix("hello"))
    await host.stop()
  }

  @Test func `an update after the release changes nothing`() async throws {
    let host = try await TestHost()
    let gone = try await host.lease([hello], by: "one")
    let stays = try await host.lease([hello], by: "two")
    await gone.release()
    await gone.update(TestHost.settings { $0.allow = [] })
    #expect(await exchange(stays.address.port, once).hasSuffix("hello"))
    await host.stop()
  }

  @Test(arguments: [1, 2]) func `a feed takes more listeners, and fewer, without sending one away`(_ threads: Int)
    async throws
  {
    let host = try await TestHost(ioThreads: threads)
    let settings = FeedSettings(opening: [], capacity: 40_000, maxListeners: 1)
    let feed = host.host.server.makeFeed(settings)
    let lease = try await host.lease([Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }])
    var clients: [RawClient] = []
    func join() async throws -> Bool {
      let client = try await RawClient(port: lease.address.port)
      await client.send(live)
      let isIn = await client.readHead().hasPrefix("HTTP/1.1 200")
      if isIn { clients.append(client) }
      return isIn
    }
    #expect(try await join())
    #expect(try await !join())
    var limits = settings.limits
    limits.maxListeners = 2
    await feed.limit(limits)
    #expect(try await join())
    #expect(try await !join())
    limits.maxListeners = 1
    limits.capacity = 400_000
    await feed.limit(limits)
    let bytes = (0..<30_000).map { UInt8(truncatingIfNeeded: $0) }
    for _ in 0..<3 {
      feed.write(unsafe bytes.span.bytes)
      for client in clients { #expect(await client.read(bytes.count) == bytes) }
    }
    #expect(clients.count == 2 && feed.listeners == 2)
    await host.stop()
  }

  @Test func `a listener that lags is cut off from the moment the policy says so`() async throws {
    let host = try await TestHost()
    let settings = FeedSettings(opening: [], capacity: 100_000, maxListeners: 2)
    let feed = host.host.server.makeFeed(settings)
    let lease = try await host.lease([Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }])
    let frozen = try await RawClient(port: lease.address.port)
    await frozen.send(live)
    _ = await frozen.readHead()
    let other = try await RawClient(port: lease.address.port)
    await other.send(live)
    _ = await other.readHead()
    let bytes = [UInt8](repeating: 1, count: 4_000)
    func play(_ rounds: Int) async {
      for _ in 0..<rounds where feed.listeners == 2 {
        feed.write(unsafe bytes.span.bytes)
        _ = await other.read(bytes.count)
      }
    }
    await play(1_500)
    #expect(feed.listeners == 2)
    var limits = settings.limits
    limits.whenFull = .disconnect
    await feed.limit(limits)
    await play(1_500)
    #expect(feed.listeners == 1)
    _ = frozen
    await host.stop()
  }

  @Test(arguments: [1, 100, 4_096, 5_000, 9_999, 20_000]) func `a window keeps its newest bytes at any new size`(
    _ capacity: Int
  ) {
    let window = FeedWindow(capacity: 10_000)
    var bytes: [UInt8] = []
    func append(_ count: Int) {
      let more = (0..<count).map { UInt8(truncatingIfNeeded: ($0 + bytes.count) &* 31 >> 3) }
      window.append(count: count) { target in
        for index in more.indices { target.storeBytes(of: more[index], toByteOffset: index, as: UInt8.self) }
        return true
      }
      bytes += more
    }
    for count in [7_000, 2_500, 4_321] { append(count) }
    window.resize(to: capacity)
    #expect(window.end == bytes.count && window.end - window.start == min(capacity, 10_000))
    for _ in 0..<5 {
      append(min(capacity, 777))
      let held = window.end - window.start
      #expect(held <= capacity)
      let found = window.withBytes(from: window.start, count: held) { unsafe $0.withUnsafeBytes { unsafe Array($0) } }
      #expect(found.elementsEqual(bytes.suffix(held)), "\(capacity)")
    }
  }
}
