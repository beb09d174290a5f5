import CAllocationCounter
import RouterCore
import Synchronization
import Testing

@testable import RouterWeb

/// Allocations of the loop's thread as seen at two calls, the first after a warm-up.
private final class AllocationWindow: Sendable {
  private let calls = Atomic<Int>(0)
  private let first = Atomic<UInt64>(0)
  private let last = Atomic<UInt64>(0)

  func note() {
    switch calls.add(1, ordering: .relaxed).newValue {
    case 200: first.store(allocation_count(), ordering: .relaxed)
    case 400: last.store(allocation_count(), ordering: .releasing)
    default: break
    }
  }

  /// nil until both calls were made.
  var count: UInt64? {
    let last = last.load(ordering: .acquiring)
    return last == 0 ? nil : last - first.load(ordering: .relaxed)
  }
}

private final class CountingHandler: WebSocketHandler {
  private let window: AllocationWindow
  /// Allocates on purpose: shows that the test would see it.
  private let allocates: Bool
  private var kept: [Int] = []

  init(_ window: AllocationWindow, allocates: Bool) {
    self.window = window
    self.allocates = allocates
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    window.note()
    if allocates { kept = [Int](repeating: 1, count: 10) }
    return .go
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {}
}

@Suite(.enabled(if: allocation_counter_works())) struct DataPathAllocationTests {
  @Test(arguments: [false, true])
  func `a message from the socket to its handler allocates nothing`(_ allocates: Bool) async throws {
    let window = AllocationWindow()
    let route = Route(webSocket: "/") { _, _ in
      .accept(WebSocketAcceptance { _, _ in CountingHandler(window, allocates: allocates) })
    }
    try await withServer([route]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
      _ = await client.readHead()
      let packet = [UInt8](repeating: 7, count: 3840)
      let frame = FrameEncoder.frame(.binary, unsafe packet.span.bytes, mask: 0x0102_0304)
      // A message that comes in pieces makes the decoder take its memory, once.
      await client.send(Array(frame.prefix(100)))
      await client.send(Array(frame.dropFirst(100)))
      for _ in 0..<400 { await client.send(frame) }
      while window.count == nil { await Task.yield() }
      #expect(window.count == (allocates ? 200 : 0))
    }
  }

  @Test func `a packet from the feed to its listeners allocates nothing`() async throws {
    let host = try await TestHost()
    let feed = host.host.server.makeFeed(FeedSettings(opening: [1], capacity: 200_000, maxListeners: 10, alignment: 4))
    let lease = try await host.lease([Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }])
    var clients: [RawClient] = []
    for index in 0..<5 {
      clients.append(try await RawClient(port: lease.address.port))
      await clients[index].send("GET /live HTTP/1.1\r\n\(withHost)\r\n")
      _ = await clients[index].readHead()
    }
    // Four are frozen; the fifth reads. The feed is written on the loop that serves them.
    let window = AllocationWindow()
    let loop = host.host.loops[0]
    await loop.perform { loop in
      let packet = [UInt8](repeating: 7, count: 3840)
      loop.schedule(at: loop.time.now, every: .milliseconds(1)) { _ in
        window.note()
        feed.write(unsafe packet.span.bytes)
      }
    }
    while window.count == nil { _ = await clients[4].readSome() }
    #expect(window.count == 0)
    await host.stop()
  }
}
