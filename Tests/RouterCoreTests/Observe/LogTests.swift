import Glibc
import Testing

@testable import RouterCore

@Suite struct LogTests {
  let time = WallTime(seconds: 1_795_211_000, nanoseconds: 7_000_000)

  @Test func `a line of text names time, level, source, message and facts`() {
    let line = LogLine(level: .warning, source: "phone", message: "late", facts: [("peer", "10.0.0.2:1")])
    #expect(
      LogFormatter.text(line, at: time, held: 0) == "2026-11-20T21:43:20.007Z warning phone: late (peer=10.0.0.2:1)\n")
  }

  @Test func `a peer's words cannot make a line of their own`() {
    let line = LogLine(level: .info, source: "a", message: "x\ny\u{1B}[0m", facts: [("k", "v\r\n2026")])
    #expect(
      LogFormatter.text(line, at: time, held: 3) == "2026-11-20T21:43:20.007Z info a: x y [0m (k=v  2026 heldBack=3)\n")
    #expect(LogFormatter.json(line, at: time, held: 0).filter { $0 == "\n" }.count == 1)
  }

  @Test func `a burst passes, the rest of the window is held and counted`() {
    var limiter = LogLimiter(burst: 3, window: .seconds(10))
    let key = LogLimiter.Key(source: "web", message: "refused")
    let start = Instant(nanoseconds: 0)
    let early = (0..<3).map { _ in limiter.admit(key, at: start) }
    let late = (0..<5).map { _ in limiter.admit(key, at: start + .seconds(9)) }
    let other = limiter.admit(.init(source: "web", message: "other"), at: start)
    let next = limiter.admit(key, at: start + .seconds(10))
    #expect(early == [0, 0, 0] && late == [nil, nil, nil, nil, nil])
    #expect(other == 0, "other messages pass")
    #expect(next == 5)
  }

  @Test func `ever new messages do not grow the table without end`() {
    var limiter = LogLimiter()
    for number in 0..<20_000 {
      _ = limiter.admit(.init(source: "a", message: "\(number)"), at: Instant(nanoseconds: 0))
    }
    #expect(limiter.keyCount <= LogLimiter.keysAtMost)
  }

  @Test func `everything written before a flush is on the descriptor after it`() throws {
    var ends: [Int32] = [0, 0]
    #expect(unsafe pipe(&ends) == 0)
    let log = StandardLog(format: .json, descriptor: ends[1])
    for number in 0..<50 { log.write(LogLine(level: .info, source: "n\(number)", message: "hello", facts: [])) }
    log.flush()
    _ = close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe read(ends[0], &bytes, bytes.count)
    _ = close(ends[0])
    #expect(String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: "\n").count == 50)
  }
}

@Suite struct MetricsTests {
  @Test func `the text is sorted, typed, scaled and escaped`() {
    let registry = MetricRegistry()
    let node = NodeMetrics(registry: registry, node: "phone")
    node.counter("router_b_total", "Bs", reason: #"a"b\c"#).add(2)
    node.counter("router_b_total", "Bs", reason: "x").add()
    node.gauge("router_a_seconds", "As", scale: 0.001).set(1500)
    #expect(
      registry.prometheusText == """
        # HELP router_a_seconds As
        # TYPE router_a_seconds gauge
        router_a_seconds{node="phone"} 1.5
        # HELP router_b_total Bs
        # TYPE router_b_total counter
        router_b_total{node="phone",reason="a\\"b\\\\c"} 2
        router_b_total{node="phone",reason="x"} 1

        """)
  }

  @Test func `the same name and labels are the same number, and a node's metrics go with it`() {
    let registry = MetricRegistry()
    NodeMetrics(registry: registry, node: "a").counter("router_x_total", "x").add()
    NodeMetrics(registry: registry, node: "a").counter("router_x_total", "x").add()
    #expect(registry.values(of: "a") == ["router_x_total": 2.0])
    registry.remove(node: "a")
    #expect(registry.values(of: "a") == .object([]))
  }
}
