import Glibc
import RouterCore
import Testing

@testable import RouterWeb

private func ok(_ body: String, _ fields: String = "") -> String {
  "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

@Suite struct HTTPClientCurlTests {
  private let client = HTTPClientCurl()

  private func failure(_ call: HTTPCall) async -> HTTPFailure? {
    do throws(HTTPFailure) {
      _ = try await client.send(call)
      return nil
    } catch {
      return error
    }
  }

  @Test func `an answer comes with status, fields and body, over one connection`() async throws {
    let server = ScriptedServer { _ in ok("hello", "X-A:  one \r\nx-a: two\r\n") }
    defer { server.stop() }
    for _ in 0..<3 {
      let answer = try await client.send(
        HTTPCall(url: server.url("/p?q=1"), fields: HTTPFields([("X-B", "b"), ("X-C", "")])))
      #expect(answer.status == 200)
      #expect(answer.fields.values("X-A") == ["one", "two"])
      #expect(answer.body == Array("hello".utf8))
    }
    #expect(server.connections == 1)
    let request = try #require(server.requests.first)
    #expect(request.hasPrefix("GET /p?q=1 HTTP/1.1\r\n"))
    #expect(request.contains("\r\nX-B: b\r\n") && request.contains("\r\nX-C:\r\n"))
    #expect(request.contains("\r\nUser-Agent: media-router\r\n"))
  }

  @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
  func `a body goes out as it is, without a type nobody gave`(_ method: String) async throws {
    let server = ScriptedServer { _ in "HTTP/1.1 204 No Content\r\n\r\n" }
    defer { server.stop() }
    let answer = try await client.send(HTTPCall(method, url: server.url("/"), body: Array("a=b".utf8)))
    #expect(answer.status == 204)
    let request = try #require(server.requests.first)
    #expect(request.hasPrefix("\(method) / HTTP/1.1\r\n") && request.hasSuffix("\r\n\r\na=b"))
    #expect(!request.contains("Content-Type") && !request.contains("Expect"))
    #expect(request.contains("Content-Length: 3\r\n"))
  }

  @Test func `HEAD asks for the head alone`() async throws {
    let server = ScriptedServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" }
    defer { server.stop() }
    let answer = try await client.send(HTTPCall("HEAD", url: server.url("/")))
    #expect(answer.fields["content-length"] == "99" && answer.body.isEmpty)
  }

  @Test func `an error status is an answer`() async throws {
    let server = ScriptedServer { _ in "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" }
    defer { server.stop() }
    #expect(try await client.send(HTTPCall(url: server.url("/"))).status == 503)
  }

  @Test func `redirects are followed as often as allowed and never to another scheme`() async throws {
    let server = ScriptedServer { request in
      if request.hasPrefix("GET /a ") {
        return "HTTP/1.1 302 Found\r\nX: 1\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
      }
      if request.hasPrefix("GET /f ") {
        return "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"
      }
      if request.hasPrefix("GET /l ") { return "HTTP/1.1 302 Found\r\nLocation: /l\r\nContent-Length: 0\r\n\r\n" }
      return ok("there")
    }
    defer { server.stop() }
    #expect(try await client.send(HTTPCall(url: server.url("/a"))).status == 302)
    let answer = try await client.send(HTTPCall(url: server.url("/a"), redirects: 1))
    #expect(answer.status == 200 && answer.body == Array("there".utf8) && answer.fields["X"] == nil)
    #expect(await failure(HTTPCall(url: server.url("/f"), redirects: 1))?.kind == .badURL)
    #expect(await failure(HTTPCall(url: server.url("/l"), redirects: 3))?.kind == .broken)
    #expect(server.requests.count == 8)
  }

  @Test(arguments: [(5, true), (4, false)])
  func `the largest body passes and one byte more fails`(_ limit: Int, _ passes: Bool) async throws {
    let server = ScriptedServer { request in
      request.contains("/close") ? "HTTP/1.0 200 OK\r\n\r\nhello" : ok("hello")
    }
    defer { server.stop() }
    let found = await failure(HTTPCall(url: server.url("/"), bodyLimit: limit))
    #expect(found?.kind == (passes ? nil : .tooLarge))
  }

  @Test func `nothing is sent for what is no URL, method or field`() async {
    for url in ["", "nonsense://x", "file:///etc/passwd", "http://[::1", "ftp://127.0.0.1/"] {
      #expect(await failure(HTTPCall(url: url))?.kind == .badURL, "\(url)")
    }
    #expect(await failure(HTTPCall("GET /x", url: "http://127.0.0.1/"))?.kind == .badURL)
    let split = HTTPFields([("X", "a\r\nY: b")])
    #expect(await failure(HTTPCall(url: "http://127.0.0.1/", fields: split))?.kind == .badURL)
    #expect(await failure(HTTPCall(url: "http://127.0.0.1/", fields: HTTPFields([("X Y", "")])))?.kind == .badURL)
  }

  @Test func `a refused port, a silent server and a broken answer are told apart`() async {
    let closed = LoopbackListener()
    closed.stop()
    #expect(await failure(HTTPCall(url: "http://127.0.0.1:\(closed.port)/"))?.kind == .connect)
    #expect(await failure(HTTPCall(url: "http://no-such-name.invalid/"))?.kind == .resolve)
    let silent = ScriptedServer(bytes: { _ in nil })
    defer { silent.stop() }
    #expect(await failure(HTTPCall(url: silent.url("/"), timeout: .milliseconds(50)))?.kind == .timeout)
    let broken = ScriptedServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n" }
    defer { broken.stop() }
    #expect(await failure(HTTPCall(url: broken.url("/")))?.kind == .broken)
    #expect(await failure(HTTPCall(url: "https://127.0.0.1:\(broken.port)/"))?.kind == .tls)
  }

  @Test func `cancelling the task ends the exchange`() async {
    let silent = ScriptedServer(bytes: { _ in nil })
    defer { silent.stop() }
    let client = client
    let url = silent.url("/")
    let task = Task { () -> HTTPFailure? in
      do throws(HTTPFailure) {
        _ = try await client.send(HTTPCall(url: url, timeout: .seconds(600)))
        return nil
      } catch {
        return error
      }
    }
    while silent.requests.isEmpty { await Task.yield() }
    task.cancel()
    #expect(await task.value == HTTPFailure(.broken, "cancelled"))
    let late = Task { () -> HTTPFailure? in
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      do throws(HTTPFailure) {
        _ = try await client.send(HTTPCall(url: url, timeout: .seconds(600)))
        return nil
      } catch {
        return error
      }
    }
    #expect(await late.value == HTTPFailure(.broken, "cancelled"))
  }

  @Test func `many requests at once all come back`() async {
    let server = ScriptedServer { request in ok(String(request.split(separator: " ")[1])) }
    defer { server.stop() }
    let client = client
    let right = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<50 {
        let url = server.url("/\(index)")
        group.addTask { (try? await client.send(HTTPCall(url: url)))?.body == Array("/\(index)".utf8) }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(right == 50)
  }

  @Test func `Python's server hands out a file`() async throws {
    let folder = ScratchFolder()
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try SecretFile.write(content, to: "\(folder.path)/file.bin")
    let server = ShellCommand(
      "cd \(folder.path) && exec python3 -u -c 'import http.server as h\nimport os\n"
        + "s = h.ThreadingHTTPServer((\"127.0.0.1\", 0), h.SimpleHTTPRequestHandler)\n"
        + "print(os.getpid(), s.server_port)\ns.serve_forever()'")
    let words = try #require(server.line()).split(separator: " ").compactMap { Int($0) }
    try #require(words.count == 2)
    let answer = try await client.send(HTTPCall(url: "http://127.0.0.1:\(words[1])/file.bin"))
    #expect(answer.status == 200 && answer.body == content)
    #expect(try await client.send(HTTPCall(url: "http://127.0.0.1:\(words[1])/none")).status == 404)
    kill(pid_t(words[0]), SIGKILL)
    _ = server.finish()
  }
}
