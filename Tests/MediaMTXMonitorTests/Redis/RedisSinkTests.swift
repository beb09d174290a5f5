import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct RedisSinkTests {
  /// A node beside a server in memory.
  private struct Bench {
    let redis = FakeRedis()
    let host: FakeHost
    let node: RedisSinkNode

    init(_ options: JSON) throws {
      host = try FakeHost(folder: "/etc/router", byteStreams: redis)
      let secrets: (RedisSink.Config, [Problem]) = RedisSink.Config.decode(options)
      node = RedisSinkNode(secrets.0, host.context)
    }

    func count(_ metric: String) -> Int {
      host.registry.metric(metric, .counter, help: "", node: "node").current
    }

    func failure(_ body: () async throws(NodeFailure) -> Void) async -> NodeFailure? {
      do throws(NodeFailure) {
        try await body()
        return nil
      } catch { return error }
    }
  }

  @Test func `it says who it is, picks its database and writes what waits`() async throws {
    let bench = try Bench([
      "url": "rediss://media@redis.local:7000/2", "password": "pw", "authority": "ca.pem", "key": "k",
    ])
    await bench.node.receive(sample(["a": 1]), on: "events")
    await bench.node.receive(sample(["a": 2]), on: "events")
    try await bench.node.prepare()
    #expect(
      bench.redis.commands == [["AUTH", "media", "pw"], ["SELECT", "2"], ["PING"], ["SET", "k", #"{"a":2}"#]])
    #expect(
      bench.redis.targets == [
        ByteStreamTarget(host: "redis.local", port: 7000, tls: ByteStreamTLS(authority: "/etc/router/ca.pem"))
      ])
    await bench.host.stop()
  }

  @Test func `events are written as they come, many in one go`() async throws {
    let bench = try Bench(["key": "c", "mode": "publish"])
    try await bench.node.prepare()
    let life = Task { await bench.failure { () throws(NodeFailure) in try await bench.node.run() } }
    for number in 1...500 { await bench.node.receive(tick(number), on: "events") }
    await bench.redis.wait(for: 501)
    #expect(bench.redis.commands.dropFirst() == ArraySlice((1...500).map { ["PUBLISH", "c", "{\"number\":\($0)}"] }))
    life.cancel()
    #expect(await life.value == nil)
    await bench.node.stop()
    #expect(bench.count("router_redis_commands_total") == 500)
    await bench.host.stop()
  }

  @Test func `a server that dies in the middle gets again what it did not answer`() async throws {
    let bench = try Bench(["key": "s", "mode": "stream"])
    try await bench.node.prepare()
    bench.redis.answer { $0.first == "XADD" ? nil : "+OK\r\n" }
    let life = Task { await bench.failure { () throws(NodeFailure) in try await bench.node.run() } }
    for number in 1...3 { await bench.node.receive(tick(number), on: "events") }
    await bench.redis.wait(for: 2)
    await bench.redis.die()
    let failure = try #require(await life.value)
    #expect(failure.kind == .missing && failure.reason.contains("the server closed the connection"))
    await bench.node.stop()
    bench.redis.answer { _ in "+OK\r\n" }
    let before = bench.redis.commands.count
    try await bench.node.prepare()
    let again = bench.redis.commands.dropFirst(before).filter { $0.first == "XADD" }.compactMap(\.last)
    #expect(again == (1...3).map { "{\"number\":\($0)}" })
    await bench.host.stop()
  }

  @Test(arguments: [
    ("-NOAUTH Authentication required.", "asks for a password"),
    ("-WRONGPASS invalid username-password pair or user is disabled.", "refuses user or password"),
    ("-ERR invalid password", "refuses user or password"),
    ("-ERR AUTH <password> called without any password configured for the default user.", "refuses the password"),
    ("-LOADING Redis is loading the dataset in memory", "is not ready"),
    ("-READONLY You can't write against a read only replica.", "is a replica"),
    ("-OOM command not allowed when used memory > 'maxmemory'.", "is full"),
    ("-MISCONF Redis is configured to save RDB snapshots", "cannot save to its disk"),
    ("-ERR DB index is out of range", "has no database"), ("-NOPERM this user has no permissions", "does not permit"),
    ("-MOVED 1234 10.0.0.2:6379", "is a cluster"), ("-ERR max number of clients reached", "too many clients"),
    ("-WHAT is this", "does not let us in"),
  ])
  func `a server that refuses everything keeps the node waiting, in words`(answer: String, words: String) async throws {
    let bench = try Bench(["key": "k", "password": "pw"])
    bench.redis.answer { _ in answer + "\r\n" }
    let failure = try #require(await bench.failure { () throws(NodeFailure) in try await bench.node.prepare() })
    #expect(failure.kind == .missing && failure.reason.contains(words) && failure.hint != nil, "\(failure.reason)")
    #expect(!failure.reason.contains("pw "))
    await bench.host.stop()
  }

  @Test func `a full server is found out before the node calls itself running, and nothing is lost`() async throws {
    let bench = try Bench(["key": "k:{key}"])
    bench.redis.answer { $0.first == "SET" ? "-OOM command not allowed\r\n" : "+OK\r\n" }
    await bench.node.receive(sample(1, key: "a"), on: "events")
    await bench.node.receive(sample(2, key: "b"), on: "events")
    #expect(
      await bench.failure { () throws(NodeFailure) in try await bench.node.prepare() }?.reason.contains("is full")
        == true)
    await bench.node.receive(sample(3, key: "a"), on: "events")
    bench.redis.answer { _ in "+OK\r\n" }
    let before = bench.redis.commands.count
    try await bench.node.prepare()
    #expect(bench.redis.commands.dropFirst(before + 1).map { $0 } == [["SET", "k:a", "3"], ["SET", "k:b", "2"]])
    await bench.host.stop()
  }

  @Test func `a command that is wrong by itself is dropped, counted and said once`() async throws {
    let bench = try Bench(["key": "s", "mode": "stream"])
    bench.redis.answer { $0.first == "XADD" ? "-WRONGTYPE Operation against a key\r\n" : "+OK\r\n" }
    await bench.node.receive(tick(1), on: "events")
    await bench.node.receive(tick(2), on: "events")
    try await bench.node.prepare()
    #expect(bench.count("router_redis_refused_total") == 2)
    #expect(bench.host.log.lines.filter { $0.level == .error }.count == 1)
    await bench.host.stop()
  }

  @Test func `a full queue drops its oldest and counts them`() async throws {
    let bench = try Bench(["key": "c", "mode": "publish", "queue": 2])
    for number in 1...5 { await bench.node.receive(tick(number), on: "events") }
    try await bench.node.prepare()
    #expect(bench.redis.commands.compactMap(\.last).suffix(2) == ["{\"number\":4}", "{\"number\":5}"])
    #expect(bench.count("router_redis_dropped_total") == 3)
    await bench.host.stop()
  }

  @Test func `who does not answer in time is given up`() async throws {
    let bench = try Bench(["key": "k"])
    bench.redis.answer { _ in nil }
    let attempt = Task { await bench.failure { () throws(NodeFailure) in try await bench.node.prepare() } }
    await bench.redis.wait(for: 1)
    await bench.host.time.waitForSleepers()
    bench.host.time.advance(by: .seconds(5))
    #expect(await attempt.value?.reason.contains("no answer within 5 s") == true)
    await bench.host.stop()
  }

  @Test func `a silent connection is asked for a sign of life`() async throws {
    let bench = try Bench(["key": "k"])
    try await bench.node.prepare()
    let life = Task { await bench.failure { () throws(NodeFailure) in try await bench.node.run() } }
    await bench.host.time.waitForSleepers()
    bench.redis.answer { _ in nil }
    bench.host.time.advance(by: .seconds(15))
    await bench.redis.wait(for: 2)
    #expect(bench.redis.commands.last == ["PING"])
    await bench.host.time.waitForSleepers()
    bench.host.time.advance(by: .seconds(5))
    #expect(await life.value?.reason.contains("no answer") == true)
    await bench.host.stop()
  }

  @Test func `what cannot be reached says why`() async throws {
    let bench = try Bench([:])
    bench.redis.fail(HTTPFailure(.tls, "TLS handshake: certificate refused: self-signed certificate"))
    let failure = await bench.failure { () throws(NodeFailure) in try await bench.node.prepare() }
    #expect(failure?.reason.contains("self-signed certificate") == true && failure?.hint?.contains("authority") == true)
    await bench.host.stop()
  }
}
