import RouterCore
import Testing

@testable import MediaMTXMonitor

@Suite struct AlertWatchTests {
  private static func rules(_ rules: JSON...) -> [AlertRule] {
    let (config, problems) = MediaAlerts.Config.decode(["rules": .array(rules)])
    #expect(problems.isEmpty, "\(problems)")
    return config.rules
  }

  private static func watch(_ all: JSON...) -> AlertWatch {
    AlertWatch(all.flatMap { rules($0) }, at: instant(0))
  }

  /// What was told, shortly: `+cam`, `-cam`.
  private static func short(_ events: [AlertEvent]) -> [String] {
    events.map { ($0.isRaised ? "+" : "-") + ($0.alert.stream ?? "server") }
  }

  @Test func `an alert is raised once when it has lasted, and cleared once when it is over as long`() {
    var watch = Self.watch(["when": "state", "isNot": "live", "forSeconds": 10])
    var told: [String] = []
    for second in stride(from: 0.0, through: 60, by: 2) {
      let state = (6...30).contains(second) ? StreamState.stalled : .live
      for event in watch.take(streams(at: second, stream("cam", state))) {
        told.append("\(second) " + Self.short([event])[0])
      }
    }
    #expect(told == ["16.0 +cam", "42.0 -cam"])
    #expect(watch.alerts.isEmpty)
  }

  @Test func `what flickers raises nothing and clears nothing`() {
    var watch = Self.watch(["when": "rateMbit", "below": 1, "forSeconds": 5, "clearSeconds": 5])
    for second in 0..<40 {
      #expect(watch.take(streams(at: Double(second), stream("cam", mbit: second % 4 == 0 ? 2 : 0.5))).isEmpty)
    }
    for second in 40...45 { _ = watch.take(streams(at: Double(second), stream("cam", mbit: 0.5))) }
    #expect(watch.alerts.count == 1)
    for second in 46..<90 {
      #expect(watch.take(streams(at: Double(second), stream("cam", mbit: second % 4 == 0 ? 0.5 : 2))).isEmpty)
    }
    #expect(watch.alerts.count == 1)
  }

  @Test func `without a time it is raised and cleared at once`() throws {
    var watch = Self.watch(
      ["name": "slow", "streams": "studio/*", "when": "rttMs", "above": 200, "forSeconds": 0, "severity": "critical"])
    let raised = watch.take(streams(at: 1, stream("studio/a", rttMs: 250), stream("other", rttMs: 900)))
    #expect(Self.short(raised) == ["+studio/a"])
    let alert = try #require(raised.first?.alert)
    #expect(alert.text == "studio/a: round trip in ms 250, above 200" && alert.severity == .critical)
    #expect(alert.rule == "slow" && alert.value == .number(250) && alert.since == wall(1))
    let cleared = watch.take(streams(at: 3, stream("studio/a", rttMs: 100)))
    #expect(Self.short(cleared) == ["-studio/a"] && cleared.first?.seconds == 2)
    #expect(cleared.first?.json["what"] == "cleared" && raised.first?.json["seconds"] == nil)
  }

  @Test func `a stream that vanishes is offline, until it is forgotten`() {
    var watch = Self.watch(["when": "state", "is": "offline", "forSeconds": 4])
    _ = watch.take(streams(at: 0, stream("a"), stream("b")))
    #expect(watch.take(streams(at: 2, stream("b"))).isEmpty)
    #expect(Self.short(watch.take(streams(at: 6, stream("b")))) == ["+a"])
    #expect(watch.take(streams(at: 3_598, stream("b"))).isEmpty)
    #expect(Self.short(watch.take(streams(at: 3_602, stream("b")))) == ["-a"])
    #expect(watch.take(streams(at: 3_700, stream("b"))).isEmpty)
  }

  @Test func `a stream that is named is missed from the beginning`() {
    var watch = Self.watch(["streams": "studio/main", "when": "state", "isNot": "live", "forSeconds": 0])
    #expect(Self.short(watch.take(streams(at: 0, stream("other", .offline)))) == ["+studio/main"])
    #expect(watch.take(streams(at: 9_999)).isEmpty && watch.alerts.count == 1)
    #expect(Self.short(watch.take(streams(at: 10_000, stream("studio/main")))) == ["-studio/main"])
  }

  @Test func `what is unknown does not hold`() {
    var watch = Self.watch(
      ["when": "rttMs", "below": 5, "forSeconds": 0], ["when": "lossPercent", "above": 1, "forSeconds": 0])
    #expect(watch.take(streams(at: 0, stream("a"))).isEmpty)
    let stale = stream("a", rttMs: 1) { $0.srt?.data = .stale }
    #expect(watch.take(streams(at: 1, stale)).isEmpty)
    let lossy = stream("a", rttMs: 50) { record in
      record.srt?.last10s = SRTWindow(
        received: 90, lost: 10, retransmitted: 10, dropped: 0, belated: 0, undecrypted: 0)
    }
    #expect(watch.take(streams(at: 2, lossy)).map(\.alert.value) == [.number(10)])
  }

  @Test func `a list that grows old is one alert for the server`() {
    var watch = Self.watch(["when": "ageSeconds", "above": 6, "forSeconds": 0, "clearSeconds": 0])
    _ = watch.take(streams(at: 0, stream("a"), stream("b")))
    #expect(watch.tick(at: instant(6), wall(6)).isEmpty)
    let raised = watch.tick(at: instant(7), wall(7))
    #expect(Self.short(raised) == ["+server"] && raised.first?.json["stream"] == nil)
    #expect(watch.tick(at: instant(8), wall(8)).isEmpty)
    #expect(watch.alerts.first?.value == .number(8))
    #expect(Self.short(watch.take(streams(at: 9, stream("a")))) == ["-server"])
  }

  @Test func `a server that was never heard of is old from the start`() {
    var watch = Self.watch(["when": "ageSeconds", "above": 30, "forSeconds": 0])
    #expect(Self.short(watch.tick(at: instant(31), wall(31))) == ["+server"])
  }

  @Test func `when the source of the list stops, its alerts are cleared`() {
    var watch = Self.watch(["when": "state", "isNot": "live", "forSeconds": 0])
    _ = watch.take(streams(at: 0, stream("b", .offline), stream("a", .offline)))
    #expect(Self.short(watch.forget(at: instant(5), wall(5))) == ["-a", "-b"])
    #expect(watch.alerts.isEmpty && watch.forget(at: instant(6), wall(6)).isEmpty)
  }

  @Test func `other rules leave alone what stands of those that stay`() {
    let (state, readers): (JSON, JSON) = (
      ["when": "state", "isNot": "live", "forSeconds": 0], ["when": "readers", "above": 2, "forSeconds": 0]
    )
    var watch = AlertWatch(Self.rules(state, readers), at: instant(0))
    #expect(Self.short(watch.take(streams(at: 0, stream("a", .offline, readers: 3)))) == ["+a", "+a"])
    let told = watch.replace(Self.rules(["when": "rttMs", "above": 1], state), at: instant(4), wall(4))
    #expect(told.map(\.alert.quantity) == ["readers"] && told.map(\.isRaised) == [false])
    #expect(watch.alerts.map(\.quantity) == ["state"])
    #expect(watch.take(streams(at: 5, stream("a", .offline))).isEmpty)
    #expect(Self.short(watch.take(streams(at: 6, stream("a")))) == ["-a"])
  }

  @Test func `ten thousand streams are watched, and names do not grow for ever`() {
    var watch = Self.watch(["when": "state", "is": "stalled", "forSeconds": 0])
    for round in 0..<4 {
      let records = (0..<5_000).map { stream("\(round)-\($0)") }
      let event = StreamsEvent(look: round, at: instant(Double(round)), time: wall(0), streams: records)
      #expect(watch.take(event).isEmpty)
    }
  }
}

@Suite struct AlertRuleTests {
  @Test(
    arguments: [
      ([["when": "state"]], "rules[0].when"), ([["when": "state", "above": 3]], "rules[0].above"),
      ([["when": "rateMbit", "is": "live"]], "rules[0].is"),
      ([["when": "rateMbit", "above": 1, "below": 2]], "rules[0].when"),
      ([["streams": "a", "isNot": "live"]], "rules[0].when"), ([["when": "stat", "is": "live"]], "rules[0].when"),
      ([["when": "state", "is": "gone"]], "rules[0].is"),
      ([["when": "state", "is": "live"], ["when": "state", "is": "live", "forSeconds": 9]], "rules[1]"),
    ] as [([JSON], String)])
  func `rules that say nothing, or two things, are refused in their place`(rules: [JSON], path: String) {
    let (_, problems) = MediaAlerts.Config.decode(["rules": .array(rules)])
    #expect(problems.map(\.path) == [path], "\(problems)")
  }

  @Test func `rules are called by what they say`() {
    let (config, _) = MediaAlerts.Config.decode([
      "rules": [["when": "state", "isNot": "live"], ["streams": "a*", "when": "rateMbit", "below": 0.5]]
    ])
    #expect(config.rules.map(\.title) == ["state is not live", "a* rateMbit below 0.5"])
    #expect(MediaAlerts.Config.decode(config.json).0 == config)
  }

  @Test(arguments: [
    ("*", "", true), ("*", "a/b", true), ("a", "a", true), ("a", "ab", false), ("a*", "a", true), ("a*c", "abbc", true),
    ("a*c", "abcd", false), ("*/cam?", "studio/cam1", true), ("*/cam?", "studio/cam12", false), ("?", "", false),
    ("**a**", "bab", true), ("ä?", "äö", true), ("", "", true), ("", "a", false), ("a*b*c*d", "a1b2c3c4d", true),
  ])
  func `patterns fit names`(pattern: String, name: String, fits: Bool) {
    #expect(NamePattern(pattern).fits(name) == fits)
  }

  @Test func `a hostile pattern takes no time to speak of`() {
    let pattern = NamePattern(String(repeating: "*a", count: 50) + "b")
    #expect(!pattern.fits(String(repeating: "a", count: 5_000)))
  }
}
