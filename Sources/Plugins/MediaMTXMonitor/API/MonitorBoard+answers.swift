import RouterCore

extension MonitorBoard {
  /// How old the records are, as members of every new endpoint's answer.
  func ageMembers(at now: Instant) -> [JSON.Member] {
    [
      .init("data", .string(state(at: now).rawValue)),
      .init("collectedAt", look.map { .string($0.time.iso8601) } ?? .null),
      .init("ageMs", age(at: now).map { .integer($0.nanoseconds / 1_000_000) } ?? .null),
      .init("intervalMs", .integer(Int64(intervalMs))),
    ]
  }

  /// The same as header fields, on every answer with data.
  func ageFields(at now: Instant) -> HTTPFields {
    var fields = HTTPFields([("Cache-Control", "no-store"), ("X-Data-State", state(at: now).rawValue)])
    if let look { fields.add("X-Collected-At", look.time.iso8601) }
    if let age = age(at: now) { fields.add("X-Data-Age-Ms", String(age.nanoseconds / 1_000_000)) }
    return fields
  }

  /// The first collector's answer: the bare array, or that there is none yet.
  var latest: JSON { look.map { .array($0.records) } ?? ["error": "no data"] }

  /// Everything a page needs to begin with.
  func everything(at now: Instant) -> JSON {
    var members = ageMembers(at: now)
    members.append(.init("streams", .array(look?.records ?? [])))
    members += surroundings
    members.append(.init("events", .array(Array(events.suffix(100)))))
    return .object(members)
  }

  /// Server, machine and alerts, as far as they are known.
  var surroundings: [JSON.Member] {
    var members: [JSON.Member] = []
    if let server { members.append(.init("server", server)) }
    if let host { members.append(.init("host", host)) }
    if let alerts { members.append(.init("alerts", alerts)) }
    return members
  }

  /// - Returns: whether all is well, and why not.
  func health(at now: Instant) -> (isFine: Bool, JSON) {
    let state = state(at: now)
    let word = state == .fresh ? "ok" : state == .stale ? "stale" : "no data"
    var members: [JSON.Member] = [.init("status", .string(word))] + ageMembers(at: now)
    if let problem = server?["problem"], state != .fresh { members.append(.init("problem", problem)) }
    members.append(.init("streams", .integer(Int64(names.count))))
    return (state == .fresh, .object(members))
  }
}
