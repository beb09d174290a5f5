import RouterCore

/// Decides when alerts are raised and cleared: once each, and only for what lasts. Pure; time is passed in.
struct AlertWatch: Sendable {
  /// A rule, and the stream it is about; nil: the server.
  private struct Place: Hashable {
    var rule: Int
    var stream: String?
  }

  /// How a rule stands for one stream.
  private struct Standing {
    /// Since when the condition holds, or held when the alert was raised.
    var since: Instant
    var sinceTime: WallTime
    /// nil while it has not lasted yet.
    var alert: Alert?
    /// Since when it does not hold any more.
    var calmSince: Instant?
  }

  /// A stream that vanished is taken for offline so long, then forgotten.
  static let memory = Duration.seconds(3_600)
  /// More names are not remembered.
  static let names = 10_000

  private let rules: [AlertRule]
  private let patterns: [NamePattern]
  private var standings: [Place: Standing] = [:]
  /// When a stream was last in the list.
  private var seen: [String: Instant] = [:]
  /// When the list was last read; at first: since when it is waited for.
  private var lastRead: Instant

  init(_ rules: [AlertRule], at now: Instant) {
    self.rules = rules
    patterns = rules.map { NamePattern($0.streams) }
    lastRead = now
  }

  /// All that hold now, the oldest first.
  var alerts: [Alert] {
    standings.filter { $0.value.alert != nil }
      .sorted {
        ($0.value.since, $0.key.rule, $0.key.stream ?? "") < ($1.value.since, $1.key.rule, $1.key.stream ?? "")
      }
      .compactMap(\.value.alert)
  }

  /// Takes a new list of streams.
  mutating func take(_ event: StreamsEvent) -> [AlertEvent] {
    lastRead = event.at
    var records: [String: StreamRecord] = [:]
    for record in event.streams {
      records[record.name] = record
      if seen[record.name] != nil || seen.count < AlertWatch.names { seen[record.name] = event.at }
    }
    seen = seen.filter { event.at - $0.value < AlertWatch.memory }
    var told = end(standings.keys.filter { isForgotten($0, records) }, at: event.at, event.time)
    for (index, rule) in rules.enumerated() where rule.isOfStreams {
      for name in names(for: index, records) {
        let finding = AlertFinding(rule, records[name])
        told += judge(Place(rule: index, stream: name), finding, at: event.at, event.time)
      }
    }
    return told + tick(at: event.at, event.time)
  }

  /// Looks how old the list is. Called every second or so.
  mutating func tick(at now: Instant, _ time: WallTime) -> [AlertEvent] {
    var told: [AlertEvent] = []
    for (index, rule) in rules.enumerated() where !rule.isOfStreams {
      told += judge(Place(rule: index), AlertFinding(rule, age: now - lastRead), at: now, time)
    }
    return told
  }

  /// The source of the list has stopped: nothing is known of any stream.
  mutating func forget(at now: Instant, _ time: WallTime) -> [AlertEvent] {
    seen = [:]
    return end(standings.keys.filter { $0.stream != nil }, at: now, time)
  }

  /// Takes other rules; what stands of those that stay goes on.
  mutating func replace(_ rules: [AlertRule], at now: Instant, _ time: WallTime) -> [AlertEvent] {
    let old = self.rules
    let told = end(standings.keys.filter { !rules.contains(old[$0.rule]) }, at: now, time)
    var next = AlertWatch(rules, at: lastRead)
    next.seen = seen
    for (place, standing) in standings {
      guard let index = rules.firstIndex(of: old[place.rule]) else { continue }
      next.standings[Place(rule: index, stream: place.stream)] = standing
    }
    self = next
    return told
  }

  /// Streams a rule is about: those there are, those there were, and the one it names.
  private func names(for index: Int, _ records: [String: StreamRecord]) -> [String] {
    if let only = patterns[index].onlyName { return [only] }
    let standing = standings.keys.compactMap { $0.rule == index ? $0.stream : nil }
    return Set(seen.keys.filter(patterns[index].fits) + standing + records.keys.filter(patterns[index].fits)).sorted()
  }

  /// A stream that vanished long ago, and that no rule names.
  private func isForgotten(_ place: Place, _ records: [String: StreamRecord]) -> Bool {
    guard let stream = place.stream, patterns[place.rule].onlyName == nil else { return false }
    return seen[stream] == nil && records[stream] == nil
  }

  private mutating func end(_ places: [Place], at now: Instant, _ time: WallTime) -> [AlertEvent] {
    let inOrder = places.sorted { ($0.rule, $0.stream ?? "") < ($1.rule, $1.stream ?? "") }
    return inOrder.compactMap { place in
      guard let standing = standings.removeValue(forKey: place), let alert = standing.alert else { return nil }
      return AlertEvent(isRaised: false, alert, time: time, seconds: (now - standing.since).seconds)
    }
  }
}

extension AlertWatch {
  /// One finding, one step.
  private mutating func judge(
    _ place: Place, _ finding: AlertFinding, at now: Instant, _ time: WallTime
  ) -> [AlertEvent] {
    guard var standing = standings[place] else {
      guard finding.holds else { return [] }
      standings[place] = Standing(since: now, sinceTime: time)
      return judge(place, finding, at: now, time)
    }
    guard let alert = standing.alert else {
      return finding.holds ? raise(place, &standing, finding, at: now, time) : drop(place)
    }
    if finding.holds {
      standing.calmSince = nil
      standing.alert?.value = finding.value ?? alert.value
      standings[place] = standing
      return []
    }
    let rule = rules[place.rule]
    let calm = standing.calmSince ?? now
    guard now - calm >= .seconds(rule.clearSeconds ?? rule.forSeconds) else {
      standing.calmSince = calm
      standings[place] = standing
      return []
    }
    return end([place], at: now, time)
  }

  private mutating func drop(_ place: Place) -> [AlertEvent] {
    standings[place] = nil
    return []
  }

  private mutating func raise(
    _ place: Place, _ standing: inout Standing, _ finding: AlertFinding, at now: Instant, _ time: WallTime
  ) -> [AlertEvent] {
    let rule = rules[place.rule]
    guard now - standing.since >= .seconds(rule.forSeconds) else { return [] }
    let alert = Alert(
      rule: rule.title, severity: rule.severity, stream: place.stream, quantity: rule.when.rawValue,
      value: finding.value, limit: rule.limit, text: AlertWatch.words(rule, place.stream, finding.value),
      since: standing.sinceTime)
    standing.alert = alert
    standings[place] = standing
    return [AlertEvent(isRaised: true, alert, time: time)]
  }

  private static func words(_ rule: AlertRule, _ stream: String?, _ value: JSON?) -> String {
    let value = value.map { $0.text ?? $0.compact } ?? "unknown"
    let lasting = rule.forSeconds > 0 ? " for \(JSON.number(rule.forSeconds).compact) s" : ""
    return "\(stream ?? "server"): \(rule.when.words) \(value), \(rule.limit)\(lasting)"
  }
}

extension AlertRule.Quantity {
  /// As it stands in front of a value.
  fileprivate var words: String {
    switch self {
    case .state: "state"
    case .rateMbit: "Mbit/s coming in"
    case .rttMs: "round trip in ms"
    case .lossPercent: "percent lost"
    case .droppedPackets: "packets dropped in 10 s"
    case .readers: "readers"
    case .ageSeconds: "seconds without news"
    }
  }
}
