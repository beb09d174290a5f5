import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct MediaPollerTests {
  private static let listed = Recorded.bytes("05-mixed-protocols.paths-list")

  /// Answers as a server with recorded lists does.
  private static func answer(_ call: HTTPCall) throws(HTTPFailure) -> HTTPAnswer {
    let path = String(call.url.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" })
    if path == "/v3/info" { return ok(Recorded.bytes("00-info")) }
    let list = path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    let name = "05-mixed-protocols.\(list == "paths" ? "paths-list" : "\(list)-list")"
    let bytes = Recorded.bytes(name)
    return bytes.isEmpty
      ? HTTPAnswer(status: 404, fields: HTTPFields(), body: Array("404 page not found".utf8)) : ok(bytes)
  }

  private static func ok(_ body: [UInt8]) -> HTTPAnswer { HTTPAnswer(status: 200, fields: HTTPFields(), body: body) }

  private static func node(
    _ host: FakeHost, _ change: (inout MediaPoller.Config) -> Void = { _ in }
  ) -> MediaPollerNode {
    var config = MediaPoller.Config()
    change(&config)
    return MediaPollerNode(config, host.context)
  }

  private static func snapshots(_ host: FakeHost) -> [SnapshotEvent] {
    host.graph.events.compactMap { $0.payload as? SnapshotEvent }
  }

  @Test func `one look asks for the paths and for the lists that sources and readers stand in`() async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in try Self.answer(call) }
    let answer = try await Self.node(host).perform("poll", with: .object([]))
    #expect(answer["paths"] == 7)
    let asked = host.http.calls.map { $0.url.split(separator: "/v3/").last.map(String.init) ?? "" }
    #expect(
      asked == [
        "info", "paths/list?itemsPerPage=1000&page=0", "srtconns/list?itemsPerPage=1000&page=0",
        "rtspsessions/list?itemsPerPage=1000&page=0", "rtmpconns/list?itemsPerPage=1000&page=0",
        "hlssessions/list?itemsPerPage=1000&page=0", "hlsmuxers/list?itemsPerPage=1000&page=0",
      ])
    let snapshot = try #require(Self.snapshots(host).first)
    #expect(snapshot.info.value.version == "v1.20.1" && snapshot.paths.state == .fresh)
    #expect(snapshot.connections.values.allSatisfy { $0.state == .fresh })
    await host.stop()
  }

  @Test func `all pages are read, and what stands on two is taken once`() async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in
      guard call.url.contains("paths/list") else { return try Self.answer(call) }
      let page = call.url.split(separator: "page=").last ?? ""
      let names = page == "0" ? ["a", "b"] : page == "1" ? ["b", "c"] : ["d"]
      let items = names.map { "{\"name\":\"\($0)\"}" }.joined(separator: ",")
      return Self.ok(Array("{\"itemCount\":5,\"pageCount\":3,\"items\":[\(items)]}".utf8))
    }
    _ = try await Self.node(host).perform("poll", with: .object([]))
    #expect(Self.snapshots(host).first?.paths.value.map(\.name) == ["a", "b", "c", "d"])
    await host.stop()
  }

  @Test(arguments: [(true, "Basic dmlld2VyOnPDqWNyZXQ="), (false, "Bearer tok:en")])
  func `credentials are sent as MediaMTX reads them`(isBasic: Bool, expected: String) async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in try Self.answer(call) }
    let node = Self.node(host) { config in
      if !isBasic { config.token = Secret("tok:en") }
      if isBasic { (config.user, config.password) = ("viewer", Secret("sécret")) }
    }
    _ = try await node.perform("poll", with: .object([]))
    #expect(host.http.calls.allSatisfy { $0.fields["Authorization"] == expected })
    await host.stop()
  }

  @Test func `a server that is away leaves old paths marked old, and asks for nothing else`() async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in try Self.answer(call) }
    let node = Self.node(host)
    _ = try await node.perform("poll", with: .object([]))
    host.http.answer { _ throws(HTTPFailure) in throw HTTPFailure(.connect, "refused") }
    let before = host.http.calls.count
    await #expect(throws: ActionFailure.self) { try await node.perform("poll", with: .object([])) }
    #expect(host.http.calls.count == before + 1)
    let last = try #require(Self.snapshots(host).last)
    #expect(last.look == 2 && last.paths.state == .stale && last.paths.value.count == 7)
    #expect(last.paths.problem == "refused")
    #expect(last.connections.values.allSatisfy { $0.state == .stale })
    await host.stop()
  }

  @Test func `a list that fails is old alone, and is asked for last the next time`() async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in
      if call.url.contains("srtconns") { throw HTTPFailure(.timeout, "too late") }
      return try Self.answer(call)
    }
    let node = Self.node(host)
    _ = try await node.perform("poll", with: .object([]))
    var last = try #require(Self.snapshots(host).last)
    #expect(last.paths.state == .fresh && last.connections[.srtConns]?.state == .absent)
    #expect(last.connections[.rtspSessions]?.state == .absent)
    _ = try await node.perform("poll", with: .object([]))
    last = try #require(Self.snapshots(host).last)
    #expect(last.connections[.srtConns]?.state == .absent && last.connections[.rtspSessions]?.state == .fresh)
    #expect(host.http.calls.last?.url.contains("srtconns") == true)
    await host.stop()
  }

  @Test func `what the server does not offer is not asked for again for a minute`() async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in
      if call.url.contains("hls") {
        return HTTPAnswer(status: 404, fields: HTTPFields(), body: Array("404 page not found".utf8))
      }
      return try Self.answer(call)
    }
    let node = Self.node(host)
    _ = try await node.perform("poll", with: .object([]))
    _ = try await node.perform("poll", with: .object([]))
    #expect(host.http.calls.filter { $0.url.contains("hlssessions") }.count == 1)
    #expect(Self.snapshots(host).last?.connections[.hlsSessions]?.problem == "not offered by the server")
    host.time.advance(by: .seconds(61))
    _ = try await node.perform("poll", with: .object([]))
    #expect(host.http.calls.filter { $0.url.contains("hlssessions") }.count == 2)
    await host.stop()
  }

  @Test(arguments: [
    (HTTPAnswer(status: 401, fields: HTTPFields(), body: Recorded.bytes("07-err-401-no-credentials")), "credentials"),
    (HTTPAnswer(status: 404, fields: HTTPFields(), body: Array("404 page not found".utf8)), "404"),
    (HTTPAnswer(status: 500, fields: HTTPFields(), body: Array("{\"error\":\"oh\"}".utf8)), "oh"),
    (HTTPAnswer(status: 200, fields: HTTPFields(), body: Array(listed.prefix(1000))), "no sense"),
    (HTTPAnswer(status: 200, fields: HTTPFields(), body: Array("<html>".utf8)), "no sense"),
  ])
  func `an answer that is no list is a failure with its reason`(answer: HTTPAnswer, words: String) async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in call.url.contains("paths") ? answer : try Self.answer(call) }
    let node = Self.node(host)
    await #expect { try await node.perform("poll", with: .object([])) } throws: { error in
      (error as? ActionFailure)?.reason.contains(words) == true
    }
    #expect(Self.snapshots(host).last?.paths.state == .absent)
    await host.stop()
  }

  @Test func `looks come at their times, and those that were due while one took too long are left out`() async throws {
    let host = try FakeHost()
    host.http.answer { call throws(HTTPFailure) in
      if call.url.contains("paths"), host.http.calls.count == 2 { host.time.advance(by: .seconds(5)) }
      return try Self.answer(call)
    }
    let node = Self.node(host)
    let life = Task { try await node.run() }
    await host.time.waitForSleepers()
    // Begun at 1 s, over at 6 s: the looks at 3 and 5 s are left out, the next is at 7 s.
    #expect(Self.snapshots(host).count == 1)
    host.time.advance(by: .milliseconds(999))
    #expect(Self.snapshots(host).count == 1)
    host.time.advance(by: .milliseconds(1))
    await host.graph.wait { _, events in events.count == 2 }
    #expect(Self.snapshots(host).map { ($0.at - Instant(nanoseconds: 0)).seconds } == [6, 7])
    life.cancel()
    _ = try? await life.value
    await host.stop()
  }

  @Test func `a server that goes away makes the node wait, five seconds at most`() async throws {
    let host = try FakeHost()
    let node = Self.node(host)
    try await node.prepare()
    await #expect { try await node.run() } throws: { error in
      guard let failure = error as? NodeFailure else { return false }
      return failure.kind == .missing && failure.longestWait == .seconds(5)
        && failure.reason.contains("nobody is there")
    }
    await #expect(throws: NodeFailure.self) { try await node.prepare() }
    host.http.answer { call throws(HTTPFailure) in try Self.answer(call) }
    try await node.prepare()
    #expect(Self.snapshots(host).last?.paths.state == .fresh)
    await host.stop()
  }
}
