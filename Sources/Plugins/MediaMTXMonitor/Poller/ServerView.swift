import RouterCore

/// What is known of one server, list by list, and what is to be asked next. Pure: time is passed in.
///
/// Each list is fresh, stale or absent on its own. A list is asked for while a path's source or reader stands in it; one
/// the server does not offer is asked for again once a minute.
struct ServerView {
  /// How often the version, and what the server did not offer, is asked for again.
  static let rareInterval = Duration.seconds(60)

  private(set) var info = Reading<ServerInfo>.absent(ServerInfo())
  private(set) var paths = Reading<[MediaPath]>.absent([])
  private(set) var connections: [ServerList: Reading<[MediaConnection]>] = [:]
  private var infoAskedAt: Instant?
  /// When the server said that it has no such list.
  private var notOfferedAt: [ServerList: Instant] = [:]
  /// Lists that failed at their last try, to be asked for last: one that hangs hides no other.
  private var unsure: Set<ServerList> = []

  // MARK: What to ask

  /// Whether the version is due: at first, once a minute, and after the server was away.
  func wantsInfo(at now: Instant) -> Bool {
    guard paths.state == .fresh, let infoAskedAt else { return true }
    return now - infoAskedAt >= ServerView.rareInterval
  }

  /// The lists that sources and readers of the paths stand in, the unsure ones last.
  func wantedLists(at now: Instant) -> [ServerList] {
    var used: Set<ServerList> = []
    for path in paths.value {
      if let list = path.source.flatMap({ ServerList(holding: $0.type) }) { used.insert(list) }
      for reader in path.readers {
        if let list = ServerList(holding: reader.type) { used.insert(list) }
      }
    }
    // What a muxer threw away and when it was asked last stands there.
    if used.contains(.hlsSessions) { used.insert(.hlsMuxers) }
    let due = ServerList.allCases.filter { used.contains($0) && !isKnownMissing($0, at: now) }
    return due.filter { !unsure.contains($0) } + due.filter { unsure.contains($0) }
  }

  private func isKnownMissing(_ list: ServerList, at now: Instant) -> Bool {
    notOfferedAt[list].map { now - $0 < ServerView.rareInterval } ?? false
  }

  // MARK: What came

  mutating func tookInfo(_ outcome: Result<ServerInfo, PollFailure>, at now: Instant, time: WallTime) {
    infoAskedAt = now
    switch outcome {
    case .success(let value): info = .fresh(value, at: now, time: time)
    case .failure(let failure) where failure.kind == .notOffered:
      info = .absent(ServerInfo(), "older than 1.15.2")
    case .failure(let failure): info = info.failed(failure.message)
    }
  }

  mutating func tookPaths(_ outcome: Result<[MediaPath], PollFailure>, at now: Instant, time: WallTime) {
    switch outcome {
    case .success(let value): paths = .fresh(value, at: now, time: time)
    case .failure(let failure):
      paths = paths.failed(failure.message)
      // Nothing else was asked in this look.
      for (list, reading) in connections where reading.state == .fresh {
        connections[list] = reading.failed("not asked: the list of paths could not be read")
      }
    }
  }

  mutating func took(
    _ list: ServerList, _ outcome: Result<[MediaConnection], PollFailure>, at now: Instant, time: WallTime
  ) {
    unsure.remove(list)
    switch outcome {
    case .success(let value):
      notOfferedAt[list] = nil
      connections[list] = .fresh(value, at: now, time: time)
    case .failure(let failure) where failure.kind == .notOffered:
      notOfferedAt[list] = now
      connections[list] = .absent([], "not offered by the server")
    case .failure(let failure):
      unsure.insert(list)
      connections[list] = (connections[list] ?? .absent([])).failed(failure.message)
    }
  }

  /// Lists that nobody uses any more say nothing; those a look did not come to are old.
  mutating func close(asked: [ServerList], notReached: [ServerList], because reason: String) {
    for list in notReached {
      connections[list] = (connections[list] ?? .absent([])).failed("not asked: \(reason)")
    }
    for (list, reading) in connections where !asked.contains(list) && !notReached.contains(list) {
      if notOfferedAt[list] == nil, reading.state != .absent { connections[list] = nil }
    }
  }
}
