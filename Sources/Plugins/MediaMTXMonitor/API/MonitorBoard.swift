import RouterCore

/// What an API tells: the last records, their history, what happened, how the server is. Pure: time is passed in.
struct MonitorBoard: Sendable {
  /// Records of one look, as they came by a link or out of Redis.
  struct Look: Sendable {
    /// When the list of paths was read; on our clock, and for people.
    var at: Instant
    var time: WallTime
    var records: [JSON]
  }

  /// How sure the records are.
  enum Age: String, Sendable { case fresh, stale, none }

  /// What changed from look to look, for those who saw the one before.
  struct Difference: Sendable, Equatable {
    var time: WallTime
    /// Name and the members that differ; a member that is gone is null.
    var changed: [JSON]
    var gone: [String]
  }

  static let eventsKept = 500
  /// Streams with a history; further ones have none.
  static let histories = 2000
  /// Looks that may fail before the data counts as old.
  static let looksToStale = 3

  private(set) var look: Look?
  private(set) var records: [String: JSON] = [:]
  private(set) var names: [String] = []
  private(set) var server: JSON?
  private(set) var host: JSON?
  /// Alerts that hold, as the list they come in; nil while nobody watches for any.
  private(set) var alerts: JSON?
  /// The newest last.
  private(set) var events: [JSON] = []
  private(set) var intervalMs: Int
  private var history: [String: StreamHistory] = [:]

  init(intervalMs: Int = 2000) { self.intervalMs = intervalMs }

  // MARK: Taking

  mutating func take(_ look: Look) -> Difference {
    var difference = Difference(time: look.time, changed: [], gone: [])
    var fresh: [String: JSON] = [:]
    fresh.reserveCapacity(look.records.count)
    names = []
    for record in look.records {
      guard let name = record["name"]?.text, fresh[name] == nil else { continue }
      names.append(name)
      fresh[name] = record
      if let change = MonitorBoard.difference(name, records[name], record) { difference.changed.append(change) }
      note(name, record, look.time.unixSeconds)
    }
    if records.count + difference.changed.count > fresh.count || records.count != fresh.count {
      difference.gone = records.keys.filter { fresh[$0] == nil }.sorted()
    }
    for name in difference.gone { history[name] = nil }
    records = fresh
    self.look = look
    return difference
  }

  mutating func take(server: JSON) {
    self.server = server
    if let interval = server["intervalMs"]?.int, interval > 0 { intervalMs = interval }
  }
  /// Time from look to look, by which data counts as old.
  mutating func setInterval(milliseconds: Int) { intervalMs = milliseconds }
  mutating func take(host: JSON?) { self.host = host }
  mutating func take(alerts: JSON?) { self.alerts = alerts }

  /// Keeps what happened, and from where it was told.
  mutating func take(event: JSON) {
    events.append(event)
    if events.count > MonitorBoard.eventsKept { events.removeFirst(events.count - MonitorBoard.eventsKept) }
  }

  /// The members of a record that are new, without the time of the look, which every record has; nil if none.
  static func difference(_ name: String, _ before: JSON?, _ after: JSON) -> JSON? {
    guard let old = before?.members, let new = after.members else { return after }
    var changed: [JSON.Member] = []
    for (index, member) in new.enumerated() where member.key != "collected" {
      let same = index < old.count && old[index].key == member.key ? old[index].value : before?[member.key]
      if same != member.value { changed.append(member) }
    }
    if old.count + changed.count > new.count {
      for member in old where after[member.key] == nil { changed.append(.init(member.key, .null)) }
    }
    return changed.isEmpty ? nil : .object([.init("name", .string(name))] + changed.filter { $0.key != "name" })
  }

  private mutating func note(_ name: String, _ record: JSON, _ time: Double) {
    let state = record["state"]?.text
    let isActive = state == "live" || state == "stalled"
    guard history[name] != nil || (isActive && history.count < MonitorBoard.histories) else { return }
    history[name, default: StreamHistory()].add(
      StreamHistory.Point(
        time: time, inMbit: record["inMbit5s"]?.double, outMbit: record["outMbit5s"]?.double,
        rttMs: record["rtt"]?.double, lossPercent: record["srt"]?["last10s"]?["lossPercent"]?.double,
        readers: record["readers"]?.int ?? 0))
  }

  // MARK: Telling

  func age(at now: Instant) -> Duration? { look.map { now - $0.at } }

  func state(at now: Instant) -> Age {
    guard let age = age(at: now) else { return .none }
    return age > .milliseconds(MonitorBoard.looksToStale * intervalMs) ? .stale : .fresh
  }

  func history(of name: String, last seconds: Double, until now: Double) -> [StreamHistory.Point]? {
    if let history = history[name] { return history.points(last: seconds, until: now) }
    return records[name] == nil ? nil : []
  }

  /// Of every stream that has one, in the order of the records.
  func histories(last seconds: Double, until now: Double) -> [JSON.Member] {
    names.compactMap { name in
      history[name].map { .init(name, $0.points(last: seconds, until: now).columns) }
    }
  }
}

extension WallTime {
  /// Seconds since 1970, with the fraction.
  var unixSeconds: Double { Double(seconds) + Double(nanoseconds) * 1e-9 }
}
