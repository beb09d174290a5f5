import RouterCore
import Testing

@testable import RouterWeb

@Suite struct HTTPServerTests {
  @Test func `a request is answered with date, length and type`() async throws {
    try await withServer([hello]) { _, port in
      let answer = await exchange(port, "GET /hello HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
      #expect(answer.contains("Content-Length: 5\r\n"))
      #expect(answer.contains("Connection: close\r\n"))
      #expect(answer.hasSuffix("\r\n\r\nhello"))
    }
  }

  @Test func `pipelined requests are answered in order`() async throws {
    let numbers = Route("GET", "/n/{number}") { request in
      if request.parameters["number"] == "0" { for _ in 0..<100 { await Task.yield() } }
      return .text("<\(request.parameters["number"] ?? "")>")
    }
    try await withServer([numbers]) { _, port in
      let requests = (0..<200).map { "GET /n/\($0) HTTP/1.1\r\n\(withHost)\r\n" }.joined()
      let answer = await exchange(port, requests + "GET /n/end HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n")
      let bodies = answer.split(separator: "\r\n\r\n").compactMap { $0.first == "<" ? $0.prefix { $0 != "H" } : nil }
      #expect(bodies.map(String.init) == (0..<200).map { "<\($0)>" } + ["<end>"])
    }
  }

  @Test func `HEAD gives the head of GET without the body`() async throws {
    try await withServer([hello]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("HEAD /hello HTTP/1.1\r\n\(withHost)\r\nGET /hello HTTP/1.1\r\n\(withHost)\r\n")
      let head = await client.readHead()
      #expect(head.contains("Content-Length: 5\r\n"))
      let (second, body) = await client.readResponse()
      #expect(second.hasPrefix("HTTP/1.1 200"))
      #expect(body == "hello")
    }
  }

  @Test func `HTTP 1.0 ends the connection unless it asks to keep it`() async throws {
    try await withServer([hello]) { _, port in
      #expect(await exchange(port, "GET /hello HTTP/1.0\r\n\r\n").hasSuffix("hello"))
      let client = try await RawClient(port: port)
      for _ in 0..<2 {
        await client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let (head, body) = await client.readResponse()
        #expect(head.contains("Connection: keep-alive\r\n"))
        #expect(body == "hello")
      }
    }
  }

  @Test func `a body arrives by length and by chunks with extensions and trailers`() async throws {
    try await withServer([echo]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("POST /echo HTTP/1.1\r\n\(withHost)Content-Length: 3\r\n\r\nabc")
      #expect(await client.readResponse().body == "abc")
      await client.send("POST /echo HTTP/1.1\r\n\(withHost)Transfer-Encoding: chunked\r\n\r\n")
      await client.send("3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Sum: 1\r\n\r\n")
      #expect(await client.readResponse().body == "abcdefg")
      await client.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
      #expect(await client.readResponse().head.hasPrefix("HTTP/1.1 404"))
    }
  }

  @Test func `a client that waits for 100 gets it, or the refusal instead`() async throws {
    let small = Route("POST", "/small", bodyLimit: 4) { .text("\($0.body.count)") }
    try await withServer([small]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("POST /small HTTP/1.1\r\n\(withHost)Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
      #expect(await client.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
      await client.send("abcd")
      #expect(await client.readResponse().body == "4")
      await client.send("POST /small HTTP/1.1\r\n\(withHost)Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
      #expect(await client.readHead().hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", "400", "Host is missing"),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400", "more than one Host"),
    ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "400", "bare LF"),
    ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "400", "folded"),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400",
      "Transfer-Encoding"
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400", "differing"),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", "version"),
    ("\u{16}\u{3}\u{1}\u{2}\u{0}", "400", "TLS on a plain port"),
    ("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "501", "method"),
    ("GET /../etc HTTP/1.1\r\nHost: a\r\n\r\n", "400", "dot segment"),
    ("GET /%2e%2e/etc HTTP/1.1\r\nHost: a\r\n\r\n", "400", "dot segment"),
  ])
  func `a broken request is answered and the connection ended`(_ request: String, _ status: String, _ words: String)
    async throws
  {
    try await withServer([hello]) { host, port in
      let answer = await exchange(port, request)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
      #expect(answer.contains("Connection: close\r\n"))
      #expect(answer.contains(words))
    }
  }

  @Test func `limits of line, head and fields give 414 and 431`() async throws {
    try await withServer([hello], { $0.limits.headerBytes = 16_384 }) { host, port in
      let long = String(repeating: "a", count: 9000)
      #expect(await exchange(port, "GET /\(long) HTTP/1.1\r\n\(withHost)\r\n").hasPrefix("HTTP/1.1 414"))
      let fat = String(repeating: "X: \(String(repeating: "b", count: 900))\r\n", count: 20)
      #expect(await exchange(port, "GET / HTTP/1.1\r\n\(withHost)\(fat)\r\n").hasPrefix("HTTP/1.1 431"))
      #expect(host.refused("head too large") == 1)
    }
  }

  @Test func `an unknown method of a known path is told which there are`() async throws {
    try await withServer([hello, echo]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("DELETE /hello HTTP/1.1\r\n\(withHost)\r\n")
      let (head, _) = await client.readResponse()
      #expect(head.hasPrefix("HTTP/1.1 405"))
      #expect(head.contains("Allow: GET, HEAD, OPTIONS\r\n"))
      await client.send("OPTIONS /echo HTTP/1.1\r\n\(withHost)\r\n")
      #expect(await client.readHead().contains("Allow: OPTIONS, POST\r\n"))
    }
  }

  @Test func `absolute-form names the host`() async throws {
    try await withServer([hello]) { _, port in
      let good = "GET http://localhost:\(port)/hello HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n"
      #expect(await exchange(port, good).hasSuffix("hello"))
      let bad = "GET http://evil/hello HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n"
      #expect(await exchange(port, bad).hasPrefix("HTTP/1.1 403"))
    }
  }

  @Test func `a half-closed client still gets its answer`() async throws {
    let slow = Route("GET", "/slow") { _ in
      for _ in 0..<100 { await Task.yield() }
      return .text("late")
    }
    try await withServer([slow]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("GET /slow HTTP/1.1\r\n\(withHost)\r\n")
      client.endWriting()
      #expect(await client.readToEnd().hasSuffix("late"))
    }
  }

  @Test func `line breaks in a field's value do not become fields`() async throws {
    let split = Route("GET", "/") { _ in
      HTTPResponse(fields: HTTPFields([("icy-name", "a\r\nSet-Cookie: x=1"), ("X-Good", "1")]), body: .bytes([]))
    }
    try await withServer([split]) { _, port in
      let answer = await exchange(port, "GET / HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n")
      #expect(!answer.contains("Set-Cookie"))
      #expect(answer.contains("X-Good: 1\r\n"))
    }
  }

  @Test func `a peer outside allow gets 403`() async throws {
    try await withServer([hello], { $0.allow = ["10.0.0.0/8"] }) { _, port in
      #expect(
        await exchange(port, "GET /hello HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n").hasPrefix("HTTP/1.1 403"))
    }
  }

  @Test func `a large body goes out whole to a slow reader`() async throws {
    let size = 5_000_000
    let big = Route("GET", "/big") { _ in HTTPResponse(body: .bytes([UInt8](repeating: 0x61, count: size))) }
    try await withServer([big]) { _, port in
      let client = try await RawClient(port: port)
      await client.send(
        "GET /big HTTP/1.1\r\n\(withHost)\r\nGET /none HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n")
      _ = await client.readHead()
      let body = await client.read(size)
      #expect(body.count == size && body.allSatisfy { $0 == 0x61 })
      #expect(await client.readToEnd().hasPrefix("HTTP/1.1 404"))
    }
  }

  @Test func `connections above the limit are told so`() async throws {
    try await withServer([hello], { $0.limits.connections = 2 }) { host, port in
      let first = try await RawClient(port: port)
      await first.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
      _ = await first.readResponse()
      let second = try await RawClient(port: port)
      await second.send("GET /hello HTTP/1.1\r\n\(withHost)\r\n")
      _ = await second.readResponse()
      #expect(await exchange(port, "GET /hello HTTP/1.1\r\n\(withHost)\r\n").hasPrefix("HTTP/1.1 503"))
      #expect(host.refused("too many connections") == 1)
    }
  }

  @Test func `a head that never ends is answered 408`() async throws {
    try await withServer([hello], { $0.limits.headerSeconds = 0.1 }) { _, port in
      // On a busy machine the time may be over before the first byte is there; then nothing is answered.
      var answer = ""
      while answer.isEmpty { answer = await exchange(port, "GET /hel") }
      #expect(answer.hasPrefix("HTTP/1.1 408"))
      #expect(await exchange(port, "").isEmpty)
    }
  }

  @Test func `an idle connection is closed`() async throws {
    try await withServer([hello], { $0.limits.idleSeconds = 0.1 }) { _, port in
      #expect(await exchange(port, "GET /hello HTTP/1.1\r\n\(withHost)\r\n").hasSuffix("hello"))
    }
  }
}
