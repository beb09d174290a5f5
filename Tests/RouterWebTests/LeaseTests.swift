import RouterCore
import Testing

@testable import RouterWeb

@Suite struct LeaseTests {
  private func get(_ port: Int, _ path: String) async -> String {
    await exchange(port, "GET \(path) HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n")
  }

  private func route(_ path: String, _ text: String) -> Route { Route("GET", path) { _ in .text(text) } }

  @Test func `several nodes share a port and each keeps its routes`() async throws {
    let host = try await TestHost()
    let first = try await host.lease([route("/a", "A")], by: "one")
    let port = first.address.port
    let second = try await host.lease([route("/b", "B")], by: "two") { $0.listen.port = port }
    #expect(second.address == first.address)
    #expect(await get(port, "/a").hasSuffix("A"))
    #expect(await get(port, "/b").hasSuffix("B"))
    await first.release()
    #expect(await get(port, "/a").hasPrefix("HTTP/1.1 404"))
    #expect(await get(port, "/b").hasSuffix("B"))
    await second.release()
    #expect(await get(port, "/b").isEmpty)
    await host.stop()
  }

  @Test func `a route of another node and a taken port are refused by name`() async throws {
    let host = try await TestHost()
    let first = try await host.lease([route("/a/{x}", "A")], by: "one")
    let port = first.address.port
    await #expect(throws: NodeFailure.self) {
      try await host.lease([route("/a/{y}", "B")], by: "two") { $0.listen.port = port }
    }
    await #expect(throws: NodeFailure.self) {
      try await host.lease([route("/b", "B")], by: "two") {
        $0.listen.port = port
        $0.tls = .auto
      }
    }
    let other = try await TestHost()
    do throws(NodeFailure) {
      _ = try await other.host.server.lease([hello], on: TestHost.settings { $0.listen.port = port }, by: "x")
      Issue.record("the port was leased twice")
    } catch {
      #expect(error.kind == .blocked && error.reason.contains("port \(port) is taken"))
    }
    await other.stop()
    await host.stop()
  }

  @Test func `a node's later lease takes over and gives back`() async throws {
    let host = try await TestHost()
    let old = try await host.lease([route("/a", "old")], by: "one")
    let port = old.address.port
    let kept = try await RawClient(port: port)
    await kept.send("GET /a HTTP/1.1\r\n\(withHost)\r\n")
    #expect(await kept.readResponse().body == "old")
    let new = try await host.lease([route("/a", "new")], by: "one") { $0.listen.port = port }
    await old.release()
    await kept.send("GET /a HTTP/1.1\r\n\(withHost)\r\n")
    #expect(await kept.readResponse().body == "new")
    try await new.replace([route("/c", "C")])
    #expect(await get(port, "/c").hasSuffix("C"))
    await host.stop()
  }

  @Test func `address and TLS follow the settings`() async throws {
    let host = try await TestHost()
    let lease = try await host.lease([hello]) { $0.tls = .auto }
    #expect(host.host.authorityPEM?.starts(with: Array("-----BEGIN CERTIFICATE".utf8)) == true)
    let answer = try await host.host.http.send(
      HTTPCall(url: "https://localhost:\(lease.address.port)/hello", trustsAnyCertificate: true))
    #expect(answer.status == 200 && answer.body == Array("hello".utf8))
    await #expect(throws: NodeFailure.self) { try await host.lease([hello]) { $0.listen.host = "192.0.2.1" } }
    await #expect(throws: NodeFailure.self) { try await host.lease([hello]) { $0.allow = ["nonsense"] } }
    await host.stop()
  }

  @Test(arguments: [1, 3]) func `a hundred starts and stops`(_ threads: Int) async throws {
    for _ in 0..<50 {
      let host = try await TestHost(ioThreads: threads)
      let lease = try await host.lease([hello])
      #expect(await get(lease.address.port, "/hello").hasSuffix("hello"))
      await host.stop()
    }
  }

  @Test func `a graceful stop lets an answer finish`() async throws {
    let gate = PthreadLock(false)
    let entered = PthreadLock(false)
    let slow = Route("GET", "/slow") { _ in
      entered.withLock { $0 = true }
      while !gate.withLock({ $0 }) { await Task.yield() }
      return .text("done")
    }
    let host = try await TestHost()
    let lease = try await host.lease([slow])
    let client = try await RawClient(port: lease.address.port)
    await client.send("GET /slow HTTP/1.1\r\n\(withHost)\r\n")
    while !entered.withLock({ $0 }) { await Task.yield() }
    async let stopped: Void = host.host.stop(grace: .seconds(20))
    gate.withLock { $0 = true }
    #expect(await client.readToEnd().hasSuffix("done"))
    await stopped
  }
}
