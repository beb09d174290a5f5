import RouterCore

@testable import RouterWeb

struct SilentSink: LogSink {
  func write(_ line: LogLine) {}
}

/// A web host on loopback and what it counted.
struct TestHost {
  let host: WebHost
  let metrics = MetricRegistry()

  init(ioThreads: Int = 1) async throws {
    let log = Log(source: "web", level: .error, sink: SilentSink())
    host = try await WebHost(ioThreads: ioThreads, metrics: metrics, log: log, stateFolder: "/tmp/router-web-tests")
  }

  static func settings(_ change: (inout ListenerSettings) -> Void = { _ in }) -> ListenerSettings {
    var settings = ListenerSettings(listen: PeerAddress(host: "127.0.0.1", port: 0))
    change(&settings)
    return settings
  }

  func lease(_ routes: [Route], by node: NodeID = "node", _ change: (inout ListenerSettings) -> Void = { _ in })
    async throws -> any WebLease
  {
    try await host.server.lease(routes, on: TestHost.settings(change), by: node)
  }

  func refused(_ reason: String) -> Int {
    metrics.metric("router_web_refused_total", .counter, help: "", node: "", label: .reason, value: reason).current
  }

  func stop() async { await host.stop(grace: .zero) }
}

/// Runs a body with a host that serves `routes` on a port of its own.
func withServer(
  _ routes: [Route], ioThreads: Int = 1, _ change: (inout ListenerSettings) -> Void = { _ in },
  _ body: (TestHost, Int) async throws -> Void
) async throws {
  let host = try await TestHost(ioThreads: ioThreads)
  let lease = try await host.lease(routes, change)
  do {
    try await body(host, lease.address.port)
  } catch {
    await host.stop()
    throw error
  }
  await host.stop()
}

/// Sends one request and reads to the end of the connection; empty if there is none.
func exchange(_ port: Int, _ request: String) async -> String {
  guard let client = try? await RawClient(port: port) else { return "" }
  await client.send(request)
  return await client.readToEnd()
}

let hello = Route("GET", "/hello") { _ in .text("hello") }
let echo = Route("POST", "/echo") { request in
  HTTPResponse(fields: HTTPFields([("X-Path", request.path)]), body: .bytes(request.body))
}
let withHost = "Host: localhost\r\n"
