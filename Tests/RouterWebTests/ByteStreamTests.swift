import Glibc
import RouterCore
import Support
import Testing

@testable import RouterWeb

/// What a handler saw, for the test.
private final class Collected: Sendable {
  enum Seen: Equatable, Sendable {
    case bytes([UInt8])
    case closed(String?)
  }
  let stream: AsyncStream<Seen>
  let continuation: AsyncStream<Seen>.Continuation

  init() { (stream, continuation) = AsyncStream<Seen>.makeStream() }

  /// All bytes until the end, and the end's words.
  func all() async -> ([UInt8], String?) {
    var bytes: [UInt8] = []
    for await one in stream {
      switch one {
      case .bytes(let more): bytes += more
      case .closed(let reason): return (bytes, reason)
      }
    }
    return (bytes, "never closed")
  }
}

private final class Collecting: ByteStreamHandler {
  let collected: Collected
  let stopsAt: Int
  var count = 0

  init(_ collected: Collected, stopsAt: Int) {
    self.collected = collected
    self.stopsAt = stopsAt
  }

  func receive(_ bytes: RawSpan, on loop: isolated Loop) -> String? {
    count += bytes.byteCount
    collected.continuation.yield(.bytes(unsafe bytes.withUnsafeBytes { unsafe Array($0) }))
    return count >= stopsAt ? "enough" : nil
  }

  func closed(_ reason: String?, on loop: isolated Loop) {
    collected.continuation.yield(.closed(reason))
    collected.continuation.finish()
  }
}

private final class StreamClient: Sendable {
  let loop: Loop
  let dialer: ByteStreamDialer

  init() throws {
    loop = Loop(name: "client", poller: try EpollPoller())
    loop.start()
    dialer = ByteStreamDialer(blocking: BlockingPool(threads: 1))
  }

  func connect(
    _ host: String = "127.0.0.1", port: Int, tls: ByteStreamTLS? = nil, timeout: Duration = .seconds(5),
    stopsAt: Int = .max
  ) async throws(HTTPFailure) -> (peer: any ByteStreamPeer, seen: Collected) {
    let collected = Collected()
    let target = ByteStreamTarget(host: host, port: port, tls: tls, timeout: timeout)
    let peer = try await dialer.connect(to: target, on: loop) { _, _ in Collecting(collected, stopsAt: stopsAt) }
    return (peer, collected)
  }

  func failure(
    _ host: String = "127.0.0.1", port: Int, tls: ByteStreamTLS? = nil, timeout: Duration = .seconds(5)
  ) async -> HTTPFailure? {
    do throws(HTTPFailure) {
      _ = try await connect(host, port: port, tls: tls, timeout: timeout)
      return nil
    } catch { return error }
  }
}

@Suite struct ByteStreamTests {
  @Test func `bytes go both ways, and the server's end is told`() async throws {
    let client = try StreamClient()
    let server = ScriptedServer(bytes: { $0 == [9] ? [] : $0.map { $0 &+ 1 } })
    defer { server.stop() }
    let (peer, seen) = try await client.connect("localhost", port: server.port)
    #expect(peer.address == PeerAddress(host: "127.0.0.1", port: server.port))
    #expect(peer.send([1, 2, 3]))
    var first: [UInt8] = []
    for await case .bytes(let bytes) in seen.stream {
      first += bytes
      if first.count == 3 { break }
    }
    #expect(first == [2, 3, 4])
    #expect(peer.send([9]))
    #expect(await seen.all() == ([], "the server closed the connection"))
    #expect(!peer.send([1]))
    await client.loop.stop()
  }

  @Test func `much at once arrives whole and in order`() async throws {
    let client = try StreamClient()
    let server = ScriptedServer(bytes: { $0 })
    defer { server.stop() }
    let (peer, seen) = try await client.connect(port: server.port, stopsAt: 400_000)
    let sent = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    for start in stride(from: 0, to: sent.count, by: 40_000) { #expect(peer.send(Array(sent[start..<start + 40_000]))) }
    let (bytes, reason) = await seen.all()
    #expect(bytes.count == sent.count && bytes.elementsEqual(sent))
    #expect(reason == "enough")
    await client.loop.stop()
  }

  @Test func `closing ends it without a reason, and once`() async throws {
    let client = try StreamClient()
    let server = ScriptedServer(bytes: { _ in nil })
    defer { server.stop() }
    let (peer, seen) = try await client.connect(port: server.port)
    peer.close()
    peer.close()
    #expect(!peer.send([1]))
    #expect(await seen.all() == ([], nil))
    await client.loop.stop()
  }

  @Test func `a queue that is full takes no more`() async throws {
    let client = try StreamClient()
    let listener = LoopbackListener()
    let (peer, _) = try await client.connect(port: listener.port)
    let chunk = [UInt8](repeating: 0, count: 8 << 20)
    var taken = 0
    while taken < 64, peer.send(chunk) { taken += 1 }
    #expect((1..<64).contains(taken))
    peer.close()
    listener.stop()
    await client.loop.stop()
  }

  @Test func `TLS is spoken with those whose authority is named, and with nobody else`() async throws {
    try await withServer([hello], { $0.tls = .auto }) { host, port in
      let client = try StreamClient()
      let file = try TemporaryFile(#require(host.host.authorityPEM))
      let trusting = ByteStreamTLS(authority: file.path)
      let (peer, seen) = try await client.connect(port: port, tls: trusting)
      #expect(peer.send(Array("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)))
      let (bytes, reason) = await seen.all()
      #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\nhello") && reason != nil)
      let stranger = await client.failure(port: port, tls: ByteStreamTLS())
      #expect(stranger?.kind == .tls && stranger?.message.contains("certificate refused") == true)
      await client.loop.stop()
    }
  }

  @Test func `what cannot be reached says why`() async throws {
    let client = try StreamClient()
    #expect(await client.failure("no-such-name.invalid", port: 1)?.kind == .resolve)
    let closed = LoopbackListener()
    closed.stop()
    #expect(await client.failure(port: closed.port)?.kind == .connect)
    let silent = ScriptedServer(bytes: { _ in nil })
    defer { silent.stop() }
    #expect(await client.failure(port: silent.port, tls: ByteStreamTLS(), timeout: .milliseconds(50))?.kind == .timeout)
    let plain = ScriptedServer(bytes: { _ in Array("-ERR unknown\r\n".utf8) })
    defer { plain.stop() }
    #expect(await client.failure(port: plain.port, tls: ByteStreamTLS())?.kind == .tls)
    #expect(await client.failure(port: plain.port, tls: ByteStreamTLS(authority: "/no/such.pem"))?.kind == .tls)
    await client.loop.stop()
  }

  @Test func `cancelling the task ends the attempt`() async throws {
    let client = try StreamClient()
    let silent = ScriptedServer(bytes: { _ in nil })
    defer { silent.stop() }
    let task = Task { await client.failure(port: silent.port, tls: ByteStreamTLS()) }
    while silent.requests.isEmpty { await Task.yield() }
    task.cancel()
    #expect(await task.value == HTTPFailure(.broken, "cancelled"))
    await client.loop.stop()
  }
}
