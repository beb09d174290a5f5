import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct WebHookTests {
  private struct Bench {
    let host: FakeHost
    let node: WebHookNode

    init(_ options: JSON = [:]) throws {
      host = try FakeHost()
      let members = (options.members ?? []) + [.init("url", "https://u:p@example.org/hook?token=t0ken")]
      node = WebHookNode(WebHookSink.Config.decode(.object(members)).0, host.context)
    }

    func answers(_ status: Int, _ fields: [(String, String)] = []) {
      host.http.answer { _ throws(HTTPFailure) in HTTPAnswer(status: status, fields: HTTPFields(fields), body: []) }
    }

    func failure() async -> NodeFailure? {
      do throws(NodeFailure) {
        try await node.prepare()
        return nil
      } catch { return error }
    }

    func count(_ metric: String) -> Int { host.registry.metric(metric, .counter, help: "", node: "node").current }
  }

  @Test func `an event is posted with its source and its signature`() async throws {
    let bench = try Bench(["secret": "key", "timeoutSeconds": 3])
    bench.answers(204)
    await bench.node.receive(tick(7), on: "events")
    #expect(await bench.failure() == nil)
    let call = try #require(bench.host.http.calls.first)
    #expect(call.method == "POST" && call.url == "https://u:p@example.org/hook?token=t0ken" && call.redirects == 0)
    #expect(call.timeout == .seconds(3) && call.fields["Content-Type"] == "application/json")
    let body = try JSON(strict: call.body)
    #expect(body["event"] == "tick" && body["source"] == "clock.ticks" && body["value"] == ["number": 7])
    let stamp = try #require(call.fields["X-Router-Timestamp"])
    #expect(
      call.fields["X-Router-Signature"] == WebHookSignature.value(secret: "key", timestamp: stamp, body: call.body))
    #expect(call.fields["X-Router-Event"] == "tick" && call.fields["X-Router-Delivery"]?.count == 32)
    await bench.host.stop()
  }

  @Test func `the signature is HMAC-SHA256`() {
    // Computed by: printf '1700000000.{}' | openssl dgst -sha256 -hmac key, and the same of RFC 4231's second case.
    let signed = WebHookSignature.value(secret: "Jefe", timestamp: "what do ya want for nothing?", body: [])
    #expect(signed == "sha256=38c6c848e5a2f57451f5095df6370d5c9b83175b99df46422b34960c28def6ae")
    #expect(
      WebHookSignature.value(secret: "key", timestamp: "1700000000", body: Array("{}".utf8))
        == "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae")
  }

  @Test func `a busy receiver is tried again with the same delivery, then given up`() async throws {
    let bench = try Bench(["tries": 3])
    bench.answers(503)
    await bench.node.receive(tick(1), on: "events")
    #expect(await bench.failure()?.reason == "https://example.org answers with status 503")
    #expect(await bench.failure() != nil)
    #expect(await bench.failure() == nil)
    #expect(Set(bench.host.http.calls.map { $0.fields["X-Router-Delivery"] }).count == 1)
    #expect(bench.host.http.calls.count == 3 && bench.count("router_webhook_refused_total") == 1)
    await bench.host.stop()
  }

  @Test func `a receiver that is away is tried for ever`() async throws {
    let bench = try Bench(["tries": 1])
    await bench.node.receive(tick(1), on: "events")
    for _ in 0..<5 { #expect(await bench.failure()?.kind == .missing) }
    bench.answers(200)
    #expect(await bench.failure() == nil)
    #expect(bench.count("router_webhook_taken_total") == 1)
    await bench.host.stop()
  }

  @Test func `Retry-After is heeded`() async throws {
    let bench = try Bench()
    bench.answers(429, [("Retry-After", "120")])
    await bench.node.receive(tick(1), on: "events")
    #expect(await bench.failure() != nil)
    // The node is stopped after each failure, which is no reason to try at once again.
    await bench.node.stop()
    bench.answers(200)
    bench.host.time.advance(by: .seconds(119))
    #expect(await bench.failure() != nil)
    #expect(bench.host.http.calls.count == 1)
    bench.host.time.advance(by: .seconds(1))
    #expect(await bench.failure() == nil)
    #expect(bench.host.http.calls.count == 2)
    await bench.host.stop()
  }

  @Test(arguments: [301, 302, 307, 400, 401, 404, 410])
  func `what will never be taken is said and let go`(status: Int) async throws {
    let bench = try Bench()
    bench.answers(status, [("Location", "http://elsewhere/")])
    await bench.node.receive(tick(1), on: "events")
    #expect(await bench.failure() == nil)
    #expect(bench.count("router_webhook_refused_total") == 1 && bench.host.http.calls.count == 1)
    #expect(bench.host.log.lines.contains { $0.level == .error })
    await bench.host.stop()
  }

  @Test func `of a state only the newest waits, of occurrences each`() async throws {
    let bench = try Bench()
    await bench.node.receive(sample(1), on: "events")
    await bench.node.receive(tick(1), on: "events")
    await bench.node.receive(sample(2), on: "events")
    await bench.node.receive(sample(3, isWithdrawn: true), on: "events")
    await bench.node.receive(tick(2), on: "events")
    bench.answers(200)
    for _ in 0..<3 { #expect(await bench.failure() == nil) }
    let bodies = try bench.host.http.calls.map { try JSON(strict: $0.body) }
    #expect(bodies.map { $0["event"] } == ["sample", "tick", "tick"])
    #expect(bodies[0]["withdrawn"] == true && bodies[0]["value"] == .null)
    await bench.host.stop()
  }

  @Test func `neither the log nor the state tells the token in the URL`() async throws {
    let bench = try Bench()
    await bench.node.receive(tick(1), on: "events")
    let failure = await bench.failure()
    bench.answers(404)
    _ = await bench.failure()
    let words = "\(failure?.reason ?? "") \(bench.host.log.lines)"
    #expect(words.contains("example.org") && !words.contains("t0ken") && !words.contains("u:p"))
    await bench.host.stop()
  }

  @Test(arguments: ["", "ftp://a/", "http://", "https:///x", "https://:80/", "http://a b/", "example.org"])
  func `what is no URL is refused`(url: String) { #expect(WebHookTarget(url) == nil) }

  @Test func `without a URL the node waits`() async throws {
    let host = try FakeHost()
    let node = WebHookNode(WebHookSink.Config(), host.context)
    await #expect(throws: NodeFailure(.missing, "no URL is named", hint: "set \"url\"")) { try await node.prepare() }
    await host.stop()
  }
}
