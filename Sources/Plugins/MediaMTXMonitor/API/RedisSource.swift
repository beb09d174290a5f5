public import RouterCore

/// Where an API may take its records from in place of a link.
public enum RecordSource: String, OptionValue, CaseIterable {
  /// The `streams` port.
  case links
  /// A key that a `redis.sink` writes, here or on another machine.
  case redis
}

/// Records out of a key that holds a list of them.
struct RedisSource: Sendable {
  let server: RedisServer
  let key: String

  /// - Parameter folder: Relative paths count from it.
  init(_ config: MediaAPI.Config, folder: String) {
    let authority = config.redisAuthority.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
    server = RedisServer(url: config.redis, password: config.redisPassword?.value, authority: authority)
    key = config.redisKey
  }

  /// What the key holds now, and when it was collected.
  /// - Throws: `NodeFailure` if the server does not answer, or the key holds no records.
  func read(_ link: RedisLink, at now: Instant, time: WallTime) async throws(NodeFailure) -> MonitorBoard.Look {
    let reply: RedisReply?
    do throws(RedisLink.Lost) { reply = try await link.ask([["GET", key]]).first } catch { throw server.lost(error) }
    switch reply {
    case .bytes(let bytes): return try RedisSource.look(bytes, key, at: now, time: time)
    case .error(let text): throw NodeFailure(.missing, "Redis refuses to read \(key): \(text)")
    default: throw NodeFailure(.missing, "Redis holds no key \(key)", hint: "is a redis.sink writing it?")
    }
  }

  /// Records say themselves when they were collected; those of other programs count as new.
  static func look(
    _ bytes: [UInt8], _ key: String, at now: Instant, time: WallTime
  ) throws(NodeFailure) -> MonitorBoard.Look {
    var records: [JSON]?
    do throws(AnswerFlaw) {
      var reader = AnswerReader(bytes)
      records = try reader.json().items
      try reader.end()
    } catch { records = nil }
    guard let records else { throw NodeFailure(.missing, "\(key) in Redis holds no list of records") }
    guard let collected = records.first?["collected"]?.text.flatMap({ WallTime(rfc3339: $0) }) else {
      return MonitorBoard.Look(at: now, time: time, records: records)
    }
    let age = max(0, time.unixSeconds - collected.unixSeconds)
    return MonitorBoard.Look(at: now + .seconds(-age), time: collected, records: records)
  }
}

extension MediaAPI.Config {
  /// The records come from the same place at the same pace.
  func isReadLike(_ other: MediaAPI.Config) -> Bool {
    from == other.from && redis == other.redis && redisPassword == other.redisPassword
      && redisAuthority == other.redisAuthority && redisKey == other.redisKey && intervalMs == other.intervalMs
  }
}
