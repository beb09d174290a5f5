import RouterCore
import Testing

@testable import MediaMTXMonitor

@Suite struct MonitorBoardTests {
  private func look(_ second: Double, _ records: [JSON]) -> MonitorBoard.Look {
    MonitorBoard.Look(
      at: Instant(nanoseconds: Int64(second * 1e9)), time: WallTime(seconds: 1_000_000 + Int64(second)),
      records: records)
  }
  private func record(_ name: String, _ rate: Double = 1, state: String = "live") -> JSON {
    [
      "name": .string(name), "readers": 2, "state": .string(state), "collected": "now", "inMbit5s": .number(rate),
      "srt": ["last10s": ["lossPercent": 0.5]],
    ]
  }
  private func at(_ second: Double) -> Instant { Instant(nanoseconds: Int64(second * 1e9)) }

  @Test func `before the first look there is no data, and health says so`() {
    let board = MonitorBoard()
    #expect(board.latest == ["error": "no data"])
    let health = board.health(at: at(1))
    #expect(!health.isFine && health.1["status"] == "no data" && health.1["ageMs"] == .null)
  }

  @Test func `data is stale after three looks that failed, and stays`() {
    var board = MonitorBoard(intervalMs: 2000)
    _ = board.take(look(10, [record("cam")]))
    #expect(board.health(at: at(16)).isFine)
    let health = board.health(at: at(16.001))
    #expect(!health.isFine && health.1["status"] == "stale")
    #expect(board.latest.items?.count == 1)
    #expect(board.ageFields(at: at(16.5))["X-Data-Age-Ms"] == "6500")
  }

  @Test func `watchers are told what differs, and what is gone`() {
    var board = MonitorBoard()
    let first = board.take(look(0, [record("a"), record("b")]))
    #expect(first.changed.count == 2 && first.gone.isEmpty)
    let same = board.take(look(2, [record("a"), record("b")]))
    #expect(same.changed.isEmpty && same.gone.isEmpty)
    let next = board.take(look(4, [record("b", 3)]))
    #expect(next.changed == [["name": "b", "inMbit5s": 3.0]] && next.gone == ["a"])
    var plain: JSON = record("b", 3)
    if case .object(let members) = plain { plain = .object(members.filter { $0.key != "srt" }) }
    #expect(board.take(look(6, [plain, record("c")])).changed.first == ["name": "b", "srt": .null])
  }

  @Test func `one stream takes another's place in the same look`() {
    var board = MonitorBoard()
    _ = board.take(look(0, [record("a")]))
    #expect(board.take(look(2, [record("b")])).gone == ["a"])
  }

  @Test func `history is fine for a minute and coarse for an hour`() {
    var history = StreamHistory()
    for look in 0..<3000 {
      let time = Double(look) * 2
      history.add(
        .init(time: time, inMbit: look % 15 < 7 ? 2 : 4, outMbit: nil, rttMs: nil, lossPercent: nil, readers: look % 4))
    }
    let now = 5998.0
    let minute = history.points(last: 60, until: now)
    #expect(minute.count == 31 && minute.last?.time == now)
    let hour = history.points(last: 3600, until: now)
    #expect(hour.count == 120 && hour[5].readers == 3)
    #expect(abs((hour[5].inMbit ?? 0) - (7 * 2 + 8 * 4) / 15.0) < 0.2)
  }

  @Test func `Prometheus is given hostile names in quotes, and old data not at all`() {
    var board = MonitorBoard()
    _ = board.take(look(0, [record("a\"\\\n{}")]))
    let fresh = board.prometheus(at: at(1))
    #expect(fresh.contains("mediamtx_stream_state{name=\"a\\\"\\\\\\n{}\",state=\"live\"} 1\n"))
    #expect(fresh.contains("mediamtx_stream_in_bits_per_second{name=\"a\\\"\\\\\\n{}\"} 1000000\n"))
    let stale = board.prometheus(at: at(100))
    #expect(stale.contains("mediamtx_up 0") && !stale.contains("mediamtx_stream"))
  }

  @Test func `only the last events are kept`() {
    var board = MonitorBoard()
    for number in 0..<600 { board.take(event: ["number": .integer(Int64(number))]) }
    #expect(board.events.count == MonitorBoard.eventsKept && board.events.last?["number"] == 599)
  }
}
