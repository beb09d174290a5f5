import RouterCore

/// What events become on a Redis server. Pure.
struct RedisWriting: Sendable {
  /// One command, and the key of those that replace each other while they wait.
  struct Write: Sendable, Equatable {
    var command: RedisCommand
    var key: String?
    var byteCount: Int
  }

  let key: KeyTemplate
  let mode: RedisSink.Mode
  let ttlSeconds: Int?
  let maxLength: Int?
  let whenWithdrawn: WhenWithdrawn
  /// Of this machine.
  let host: String

  init(_ config: RedisSink.Config, host: String) {
    key = config.key
    mode = config.mode
    ttlSeconds = config.ttlSeconds
    maxLength = config.maxLength
    whenWithdrawn = config.whenWithdrawn
    self.host = host
  }

  /// The commands one event leads to; none where it says nothing.
  func writes(for event: Event, at time: WallTime) -> [Write] {
    if event.isWithdrawn, whenWithdrawn == .keep { return [] }
    return key.records(of: event, host: host).flatMap { key, value -> [Write] in
      let text = event.isWithdrawn ? "null" : value.compact
      let replaced = mode == .set ? key : nil
      return commands(key, text, event, time).map { command in
        Write(command: command, key: replaced, byteCount: text.utf8.count)
      }
    }
  }

  private func commands(_ key: String, _ text: String, _ event: Event, _ time: WallTime) -> [RedisCommand] {
    switch mode {
    case .set where event.isWithdrawn: return [["DEL", key]]
    case .set: return [RedisCommand(["SET", key, text] + (ttlSeconds.map { ["EX", String($0)] } ?? []))]
    case .publish: return [["PUBLISH", key, text]]
    case .stream:
      let limit = maxLength.map { ["MAXLEN", "~", String($0)] } ?? []
      let fields = [
        "event", type(of: event.payload).name, "source", event.source, "key", event.key, "time", time.iso8601, "value",
        text,
      ]
      let entry = RedisCommand(["XADD", key] + limit + ["*"] + fields)
      return [entry] + (ttlSeconds.map { [["EXPIRE", key, String($0)]] } ?? [])
    }
  }
}
