import CAllocationCounter
import RouterCore
import Synchronization
import Testing

@testable import RouterWeb

/// Allocations of the loop's thread between two calls: the first after a warm-up, the other at least 200 calls and two
/// looks at all connections' time limits later.
///
/// The warm-up holds one such look: the runtime makes the description of a generic type where a debug build first uses
/// it, and that took three allocations out of the 200th to the 400th packet, or out of others.
private final class AllocationWindow: Sendable {
  struct Count: Equatable {
    var allocations: UInt64
    var calls: UInt64
  }
  private static let least: UInt64 = 200
  /// A little more than the time between two looks, and than twice that.
  private static let warmUp = Duration.milliseconds(300)
  private static let span = Duration.milliseconds(600)

  private let calls = Atomic<UInt64>(0)
  private let isWarm = Atomic<Bool>(false)
  private let isLong = Atomic<Bool>(false)
  private let firstCall = Atomic<UInt64>(0)
  private let first = Atomic<UInt64>(0)
  private let last = Atomic<UInt64>(0)
  private let lastCall = Atomic<UInt64>(0)

  /// After the connections have come: timers fire in the order they are due, so theirs have fired before ours.
  func begin(on loop: isolated Loop) {
    let (warm, long) = (
      loop.time.now + AllocationWindow.warmUp, loop.time.now + AllocationWindow.warmUp + AllocationWindow.span
    )
    loop.schedule(at: warm) { [self] _ in isWarm.store(true, ordering: .relaxed) }
    loop.schedule(at: long) { [self] _ in isLong.store(true, ordering: .relaxed) }
  }

  /// On the loop.
  func note() {
    let call = calls.add(1, ordering: .relaxed).newValue
    let begun = firstCall.load(ordering: .relaxed)
    if begun == 0 {
      guard call >= AllocationWindow.least, isWarm.load(ordering: .relaxed) else { return }
      firstCall.store(call, ordering: .relaxed)
      first.store(allocation_count(), ordering: .relaxed)
    } else if lastCall.load(ordering: .relaxed) == 0, call >= begun + AllocationWindow.least,
      isLong.load(ordering: .relaxed)
    {
      last.store(allocation_count(), ordering: .relaxed)
      lastCall.store(call, ordering: .releasing)
    }
  }

  /// nil until both calls were made.
  var count: Count? {
    let end = lastCall.load(ordering: .acquiring)
    guard end > 0 else { return nil }
    return Count(
      allocations: last.load(ordering: .relaxed) - first.load(ordering: .relaxed),
      calls: end - firstCall.load(ordering: .relaxed))
  }
}

private final class CountingHandler: WebSocketHandler {
  private let window: AllocationWindow
  /// Allocates on purpose: shows that the test would see it.
  private let allocates: Bool
  private var kept: [Int] = []

  init(_ window: AllocationWindow, allocates: Bool, on loop: isolated Loop) {
    self.window = window
    self.allocates = allocates
    window.begin(on: loop)
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
      .accept(WebSocketAcceptance { loop, _ in CountingHandler(window, allocates: allocates, on: loop) })
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
      window.begin(on: loop)
      loop.schedule(at: loop.time.now, every: .milliseconds(1)) { _ in
        window.note()
        feed.write(unsafe packet.span.bytes)
      }
    }
    while window.count == nil { _ = await clients[4].readSome() }
    #expect(window.count?.allocations == 0)
    await host.stop()
  }
}
