import RouterCore
import Testing

@testable import MediaMTXMonitor

@Suite struct RedisWritingTests {
  private static let time = WallTime(seconds: 1_763_683_200)

  private static func words(_ config: JSON, _ event: Event) -> [[String]] {
    let (config, problems) = RedisSink.Config.decode(config)
    #expect(!problems.contains { $0.severity == .error })
    return RedisWriting(config, host: "h").writes(for: event, at: time).map(\.command.words)
  }

  @Test func `the newest value stands under its key, and goes in time if that is asked for`() {
    #expect(Self.words(["key": "k"], sample(["a": 1])) == [["SET", "k", #"{"a":1}"#]])
    #expect(Self.words(["key": "k", "ttlSeconds": 60], sample([])) == [["SET", "k", "[]", "EX", "60"]])
  }

  @Test func `channels get the value alone`() {
    #expect(Self.words(["key": "c:{event}", "mode": "publish"], tick(3)) == [["PUBLISH", "c:tick", #"{"number":3}"#]])
  }

  @Test func `entries of a stream say where they came from`() {
    let fields = [
      "*", "event", "tick", "source", "clock.ticks", "key", "", "time", "2025-11-21T00:00:00.000Z", "value",
      #"{"number":3}"#,
    ]
    #expect(Self.words(["key": "s", "mode": "stream"], tick(3)) == [["XADD", "s"] + fields])
    #expect(
      Self.words(["key": "s", "mode": "stream", "maxLength": 100, "ttlSeconds": 9], tick(3))
        == [["XADD", "s", "MAXLEN", "~", "100"] + fields, ["EXPIRE", "s", "9"]])
  }

  @Test func `a state that is withdrawn stays, or goes, as asked`() {
    let gone = sample(["a": 1], isWithdrawn: true)
    #expect(Self.words(["key": "k"], gone) == [])
    #expect(Self.words(["key": "k", "whenWithdrawn": "delete"], gone) == [["DEL", "k"]])
    #expect(
      Self.words(["key": "k", "mode": "publish", "whenWithdrawn": "delete"], gone) == [["PUBLISH", "k", "null"]])
  }

  @Test func `values of one key replace each other only where the newest counts`() {
    func keys(_ mode: String) -> [String?] {
      let (config, _) = RedisSink.Config.decode(["key": "k:{name}", "mode": .string(mode)])
      return RedisWriting(config, host: "h").writes(for: sample([["name": "a"], ["name": "b"]]), at: Self.time).map(
        \.key)
    }
    #expect(keys("set") == ["k:a", "k:b"])
    #expect(keys("publish") == [nil, nil])
  }
}
