import RouterCore
import Testing

@testable import RouterWeb

/// What a handler saw.
private enum Seen: Equatable, Sendable {
  case text(String)
  case binary([UInt8])
  case closed(UInt16, String)
}

/// A handler that tells what it saw and answers with what `verdict` says.
private final class RecordingHandler: WebSocketHandler {
  private let continuation: AsyncStream<Seen>.Continuation
  private let verdict: @Sendable (Seen) -> WebSocketVerdict

  init(_ continuation: AsyncStream<Seen>.Continuation, verdict: @escaping @Sendable (Seen) -> WebSocketVerdict) {
    self.continuation = continuation
    self.verdict = verdict
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    let payload = bytes(of: message.payload)
    let seen = message.isText ? Seen.text(String(decoding: payload, as: UTF8.self)) : .binary(payload)
    continuation.yield(seen)
    return verdict(seen)
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    continuation.yield(.closed(code, reason))
    continuation.finish()
  }
}

/// A loop with a dialer on it.
private final class Client: Sendable {
  let loop: Loop
  let blocking = BlockingPool(threads: 1)
  let dialer: WebSocketDialer
  let timeout: Duration

  init(timeout: Duration = .seconds(10), authority: Certificate? = nil) throws {
    loop = Loop(name: "client", poller: try EpollPoller())
    loop.start()
    self.timeout = timeout
    dialer = WebSocketDialer(blocking: blocking, timeout: timeout, authority: authority)
  }

  func connect(
    _ url: String, fields: HTTPFields = HTTPFields(), subprotocols: [String] = [], limit: Int = 1 << 20,
    verdict: @escaping @Sendable (Seen) -> WebSocketVerdict = { _ in .go }
  ) async throws(HTTPFailure) -> (peer: any WebSocketPeer, seen: AsyncStream<Seen>) {
    let (stream, continuation) = AsyncStream<Seen>.makeStream()
    let peer = try await dialer.connect(
      to: url, fields: fields, subprotocols: subprotocols, messageLimit: limit, on: loop
    ) { _, _ in RecordingHandler(continuation, verdict: verdict) }
    return (peer, stream)
  }

  func failure(_ url: String, subprotocols: [String] = []) async -> HTTPFailure? {
    do throws(HTTPFailure) {
      _ = try await connect(url, subprotocols: subprotocols)
      return nil
    } catch {
      return error
    }
  }
}

/// The answer to a request, as RFC 6455 wants it.
private func switching(_ request: [UInt8], _ more: String = "") -> [UInt8] {
  let text = String(decoding: request, as: UTF8.self)
  let line = text.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") } ?? ""
  let accept = HandshakeKey.accept(for: String(line.dropFirst("Sec-WebSocket-Key: ".count)))
  return Array(
    "HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n\(more)\r\n"
      .utf8)
}

private func frame(_ message: WebSocketMessage) -> [UInt8] { FrameEncoder.frame(message) }

/// A server that upgrades and then answers each read by `answer`.
private func socketServer(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) -> ScriptedServer {
  ScriptedServer(bytes: { $0.starts(with: Array("GET ".utf8)) ? switching($0) : answer($0) })
}

@Suite struct WebSocketDialerTests {
  @Test func `the request is as the standard wants it`() async throws {
    let client = try Client()
    let server = ScriptedServer(bytes: { switching($0, "Sec-WebSocket-Protocol: b\r\n") })
    defer { server.stop() }
    let url = "ws://127.0.0.1:\(server.port)/audio?x=1"
    _ = try await client.connect(url, fields: HTTPFields([("Origin", "http://a")]), subprotocols: ["a", "b"])
    let lines = try #require(server.requests.first).split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.first == "GET /audio?x=1 HTTP/1.1")
    for line in [
      "Host: 127.0.0.1:\(server.port)", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: a, b", "Origin: http://a",
    ] { #expect(lines.contains { $0 == line }, "\(line)") }
    #expect(lines.contains { $0.hasPrefix("Sec-WebSocket-Key: ") && HandshakeKey.isValid(String($0.dropFirst(19))) })
    #expect(lines.suffix(2) == ["", ""])
    await client.loop.stop()
  }

  @Test func `frames behind the answer arrive, ours are masked, the close is answered`() async throws {
    let client = try Client()
    let heard = PthreadLock([DecodedFrame]())
    let server = ScriptedServer(bytes: { bytes in
      if bytes.starts(with: Array("GET ".utf8)) {
        return switching(bytes) + frame(.text("hi")) + frame(.binary([1, 2]))
      }
      let frames = decode([bytes])
      heard.withLock { $0 += frames }
      return frames.contains(.text("end")) ? FrameEncoder.close(code: 1001, reason: "bye") : nil
    })
    defer { server.stop() }
    let (peer, seen) = try await client.connect("ws://127.0.0.1:\(server.port)/")
    #expect(peer.address == PeerAddress(host: "127.0.0.1", port: server.port))
    #expect(peer.send(.text("end")))
    var all: [Seen] = []
    for await one in seen { all.append(one) }
    #expect(all == [.text("hi"), .binary([1, 2]), .closed(1001, "bye")])
    #expect(!peer.send(.text("late")))
    while heard.withLock({ $0.count }) < 2 { await Task.yield() }
    #expect(heard.withLock { $0 } == [.text("end"), .close(1001, "")])
    await client.loop.stop()
  }

  @Test func `our close is sent after what is queued and the peer's code is told`() async throws {
    let client = try Client()
    let heard = PthreadLock([UInt8]())
    let server = socketServer { bytes in
      let all = heard.withLock { heard in
        heard += bytes
        return heard
      }
      return decode([all]).contains(.close(4000, "done")) ? FrameEncoder.close(code: 4000, reason: "") : nil
    }
    defer { server.stop() }
    let (peer, seen) = try await client.connect("ws://localhost:\(server.port)")
    peer.send(.binary([UInt8](repeating: 9, count: 300_000)))
    peer.close(code: 4000, reason: "done")
    #expect(!peer.send(.text("too late")))
    var all: [Seen] = []
    for await one in seen { all.append(one) }
    #expect(all == [.closed(4000, "")])
    let frames = decode([heard.withLock { $0 }])
    #expect(frames == [.binary([UInt8](repeating: 9, count: 300_000)), .close(4000, "done")])
    await client.loop.stop()
  }

  @Test func `a ping is answered and a broken frame ends the connection`() async throws {
    let client = try Client()
    let heard = PthreadLock([DecodedFrame]())
    let server = ScriptedServer(bytes: { bytes in
      if bytes.starts(with: Array("GET ".utf8)) { return switching(bytes) + [0x89, 1, 7] }
      let frames = decode([bytes])
      heard.withLock { $0 += frames }
      return frames == [.pong([7])] ? [0xc1, 0] : nil
    })
    defer { server.stop() }
    let (_, seen) = try await client.connect("ws://127.0.0.1:\(server.port)/")
    var all: [Seen] = []
    for await one in seen { all.append(one) }
    #expect(all == [.closed(1006, FrameFailure.reservedBits.reason)])
    while heard.withLock({ $0.count }) < 2 { await Task.yield() }
    #expect(heard.withLock { $0 } == [.pong([7]), .close(1002, FrameFailure.reservedBits.reason)])
    await client.loop.stop()
  }

  @Test func `a message over the limit is refused with 1009, a lost connection is 1006`() async throws {
    let client = try Client()
    let large = ScriptedServer(bytes: { $0.starts(with: Array("GET ".utf8)) ? switching($0) + [0x82, 11] : nil })
    defer { large.stop() }
    var all: [Seen] = []
    for await one in try await client.connect("ws://127.0.0.1:\(large.port)/", limit: 10).seen { all.append(one) }
    #expect(all == [.closed(1006, FrameFailure.messageTooLarge.reason)])
    let gone = socketServer { _ in [] }
    defer { gone.stop() }
    let (peer, seen) = try await client.connect("ws://127.0.0.1:\(gone.port)/")
    peer.send(.text("x"))
    all = []
    for await one in seen { all.append(one) }
    #expect(all == [.closed(1006, "")])
    await client.loop.stop()
  }

  @Test func `a paused handler gets nothing until it is resumed`() async throws {
    let client = try Client()
    let server = ScriptedServer(bytes: { bytes in
      bytes.starts(with: Array("GET ".utf8))
        ? switching(bytes) + (0..<5).flatMap { frame(.binary([$0])) } + FrameEncoder.close(code: 1000, reason: "") : nil
    })
    defer { server.stop() }
    let (peer, seen) = try await client.connect("ws://127.0.0.1:\(server.port)/") { _ in .pause }
    var all: [Seen] = []
    for await one in seen {
      all.append(one)
      peer.resume()
    }
    #expect(all == (0..<5).map { .binary([$0]) } + [.closed(1000, "")])
    await client.loop.stop()
  }

  @Test func `wrong answers are refused, each with its reason`() async throws {
    let client = try Client()
    let wrong: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
      ("\"HTTP/1.1 403 No\"", { _ in Array("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n".utf8) }),
      ("does not speak HTTP/1", { _ in Array("SSH-2.0-x\r\n\r\n".utf8) }),
      ("\"HTTP/1.0 101", { _ in Array("HTTP/1.0 101 x\r\n\r\n".utf8) }),
      ("not for a WebSocket", { _ in Array("HTTP/1.1 101 x\r\n\r\n".utf8) }),
      ("malformed field", { _ in Array("HTTP/1.1 101 x\r\nbad field\r\n\r\n".utf8) }),
      ("does not fit the key", { _ in switching([]) }),
      ("extension nobody offered", { switching($0, "Sec-WebSocket-Extensions: permessage-deflate\r\n") }),
      ("subprotocol nobody offered", { switching($0, "Sec-WebSocket-Protocol: c\r\n") }),
      ("too large", { _ in [UInt8](repeating: 65, count: 17_000) }),
      ("closed the connection", { _ in [] }),
    ]
    for (reason, answer) in wrong {
      let server = ScriptedServer(bytes: { answer($0) })
      defer { server.stop() }
      let failure = await client.failure("ws://127.0.0.1:\(server.port)/", subprotocols: ["a"])
      #expect(
        failure?.kind == .broken && failure?.message.contains(reason) == true,
        "\(reason): \(String(describing: failure))")
    }
    await client.loop.stop()
  }

  @Test func `what cannot be dialled says why`() async throws {
    let client = try Client()
    for url in ["http://a/", "ws://", "ws://a b/", "ws://u@h/", "ws://h/a#b", "ws://h:0/", "ws://h:70000/", "ws://h/ä"]
    {
      #expect(await client.failure(url)?.kind == .badURL, "\(url)")
    }
    #expect(await client.failure("ws://no-such-name.invalid/")?.kind == .resolve)
    let closed = LoopbackListener()
    closed.stop()
    #expect(await client.failure("ws://127.0.0.1:\(closed.port)/")?.kind == .connect)
    await client.loop.stop()
    let hasty = try Client(timeout: .milliseconds(50))
    let silent = ScriptedServer(bytes: { _ in nil })
    defer { silent.stop() }
    #expect(await hasty.failure("ws://127.0.0.1:\(silent.port)/")?.kind == .timeout)
    #expect(await hasty.failure("wss://127.0.0.1:\(silent.port)/")?.kind == .timeout)
    await hasty.loop.stop()
  }

  @Test func `cancelling the task ends the attempt`() async throws {
    let client = try Client()
    let silent = ScriptedServer(bytes: { _ in nil })
    defer { silent.stop() }
    let task = Task { await client.failure("ws://127.0.0.1:\(silent.port)/") }
    while silent.requests.isEmpty { await Task.yield() }
    task.cancel()
    #expect(await task.value == HTTPFailure(.broken, "cancelled"))
    await client.loop.stop()
  }

  @Test func `URLs are taken apart`() throws {
    let plain = try WebSocketURL("ws://Example.org:8080/a/b?c=d")
    #expect(plain.host == "example.org" && plain.port == 8080 && plain.target == "/a/b?c=d" && !plain.isSecure)
    #expect(plain.authority == "example.org:8080")
    #expect(try WebSocketURL("wss://[::1]").authority == "[::1]")
    #expect(try WebSocketURL("wss://h:443/").authority == "h")
    #expect(try WebSocketURL("ws://h?x").target == "/?x")
  }
}
