import RouterCore
import Testing

@testable import RouterWeb

@Suite struct EventStreamTests {
  @Test func `events arrive in order with id and lines of data`() async throws {
    let route = Route("GET", "/events") { _ in
      HTTPResponse(
        body: .events { stream in
          for number in 0..<3 { _ = stream.send(event: "level", id: "\(number)", data: "a\nb\(number)") }
        })
    }
    try await withServer([route]) { _, port in
      let answer = await exchange(port, "GET /events HTTP/1.1\r\n\(withHost)\r\n")
      #expect(answer.contains("Content-Type: text/event-stream\r\n"))
      let body = (0..<3).map { "id: \($0)\nevent: level\ndata: a\ndata: b\($0)\n\n" }.joined()
      #expect(answer.hasSuffix("\r\n\r\n" + body))
    }
  }

  @Test func `a listener that leaves ends the wait`() async throws {
    let left = PthreadLock(0)
    let route = Route("GET", "/events") { _ in
      HTTPResponse(
        body: .events { stream in
          _ = stream.send(event: "", id: nil, data: "hello")
          await stream.waitUntilClosed()
          left.withLock { $0 += 1 }
        })
    }
    try await withServer([route]) { _, port in
      var client: RawClient? = try await RawClient(port: port)
      await client?.send("GET /events HTTP/1.1\r\n\(withHost)\r\n")
      _ = await client?.readHead()
      #expect(await client?.read(13) == Array("data: hello\n\n".utf8))
      client = nil
      while left.withLock({ $0 }) == 0 { await Task.yield() }
    }
  }

  @Test func `the 257th waiting event ends the listener`() {
    let queue = EventQueue {}
    for _ in 0..<256 { #expect(queue.send(event: "e", id: nil, data: "")) }
    #expect(!queue.send(event: "e", id: nil, data: ""))
    #expect(!queue.send(event: "e", id: nil, data: ""))
    let (events, isOpen) = queue.take()
    #expect(events.count == 256 && !isOpen)
  }

  @Test func `line breaks cannot forge a field`() {
    let text = String(
      decoding: EventQueue.encode(event: "a\nid: 9", id: "1\r\ndata: x", data: "u\r\nv\rw"), as: UTF8.self)
    #expect(text == "id: 1data: x\nevent: aid: 9\ndata: u\ndata: v\ndata: w\n\n")
  }
}
