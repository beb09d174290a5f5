import CAllocationCounter
import RouterCore
import Synchronization
import Testing

@testable import RouterWeb

/// Allocations of the loop's thread between two calls: the first after a warm-up, the other at least 200 calls and two
/// looks at all connections' time limits later.
private final class AllocationWindow: Sendable {
  struct Count: Equatable {
    var allocations: UInt64
    var calls: UInt64
  }
  private static let warmUp: UInt64 = 200
  private static let least: UInt64 = 200
  private static let leastTime = Duration.milliseconds(600)

  private let calls = Atomic<UInt64>(0)
  private let first = Atomic<UInt64>(0)
  private let last = Atomic<UInt64>(0)
  private let begun = Atomic<Int64>(0)
  private let ended = Atomic<UInt64>(0)

  /// On the loop.
  func note(on loop: isolated Loop) {
    let call = calls.add(1, ordering: .relaxed).newValue
    let now = loop.time.now.nanoseconds
    if call == AllocationWindow.warmUp {
      begun.store(now, ordering: .relaxed)
      first.store(allocation_count(), ordering: .relaxed)
    }
    guard call >= AllocationWindow.warmUp + AllocationWindow.least, ended.load(ordering: .relaxed) == 0,
      now - begun.load(ordering: .relaxed) >= AllocationWindow.leastTime.nanoseconds
    else { return }
    last.store(allocation_count(), ordering: .relaxed)
    ended.store(call, ordering: .releasing)
  }

  /// nil until both calls were made.
  var count: Count? {
    let ended = ended.load(ordering: .acquiring)
    guard ended > 0 else { return nil }
    return Count(
      allocations: last.load(ordering: .relaxed) - first.load(ordering: .relaxed),
      calls: ended - AllocationWindow.warmUp)
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
    window.note(on: loop)
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
      while window.count == nil { await client.send(frame) }
      let count = try #require(window.count)
      #expect(count.allocations == (allocates ? count.calls : 0))
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
      loop.schedule(at: loop.time.now, every: .milliseconds(1)) { loop in
        window.note(on: loop)
        feed.write(unsafe packet.span.bytes)
      }
    }
    while window.count == nil { _ = await clients[4].readSome() }
    #expect(window.count?.allocations == 0)
    await host.stop()
  }
}
