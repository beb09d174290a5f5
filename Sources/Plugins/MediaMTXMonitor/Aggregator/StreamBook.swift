import RouterCore

/// All streams of one server from look to look: joins sources with their connections, judges, tells what changed. Pure:
/// time comes with the looks.
struct StreamBook: Sendable {
  /// What one look leads to.
  struct Outcome {
    /// nil where the list of paths could not be read: what was told stays, and grows old.
    var streams: StreamsEvent?
    var changes: [StreamChangeEvent] = []
    var server: MediaServerEvent
  }

  /// Readers told one by one; all are counted.
  static let readersTold = 50

  /// Time without bytes after which a stream is stalled.
  var stallAfter: Duration
  /// Paths whose names begin so are left out.
  var hiddenPrefixes: [String]
  var streams: [String: StreamMemory] = [:]
  private var hasLooked = false
  /// nil before the first look.
  private var isReachable: Bool?
  private var reachableSince: Instant?
  private var lastLook: Instant?

  init(stallAfter: Duration = .seconds(4), hiddenPrefixes: [String] = []) {
    self.stallAfter = stallAfter
    self.hiddenPrefixes = hiddenPrefixes
  }

  mutating func take(_ snapshot: SnapshotEvent) -> Outcome {
    var outcome = Outcome(server: serverEvent(snapshot))
    if let change = serverChange(snapshot) { outcome.changes.append(change) }
    guard snapshot.paths.state == .fresh, let at = snapshot.paths.at, let time = snapshot.paths.time else {
      return outcome
    }
    let directory = ConnectionDirectory(snapshot)
    let pause = Duration.milliseconds(3 * snapshot.intervalMs) + .seconds(5)
    var records: [StreamRecord] = []
    records.reserveCapacity(snapshot.paths.value.count)
    var present: Set<String> = []
    for path in snapshot.paths.value where !isHidden(path.name) {
      present.insert(path.name)
      let look = StreamMemory.Look(path: path, at: at, time: time, pause: pause, stallAfter: stallAfter)
      var memory = streams.removeValue(forKey: path.name) ?? StreamMemory()
      outcome.changes += memory.take(look, isFirst: !hasLooked)
      records.append(memory.record(look, directory))
      streams[path.name] = memory
    }
    outcome.changes += forget(allBut: present, at: at, time: time)
    hasLooked = true
    outcome.streams = StreamsEvent(look: snapshot.look, at: at, time: time, streams: records)
    return outcome
  }

  private func isHidden(_ name: String) -> Bool { hiddenPrefixes.contains { name.hasPrefix($0) } }

  private mutating func forget(allBut present: Set<String>, at now: Instant, time: WallTime) -> [StreamChangeEvent] {
    guard streams.count > present.count else { return [] }
    let gone = streams.keys.filter { !present.contains($0) }.sorted()
    return gone.compactMap { streams.removeValue(forKey: $0)?.gone($0, at: now, time: time) }
  }

  // MARK: The server

  private func serverEvent(_ snapshot: SnapshotEvent) -> MediaServerEvent {
    MediaServerEvent(
      server: snapshot.server, isReachable: snapshot.paths.state == .fresh, problem: snapshot.paths.problem,
      version: snapshot.info.value.version, started: snapshot.info.value.started, at: snapshot.at,
      time: snapshot.time, streams: snapshot.paths.value.count, intervalMs: snapshot.intervalMs,
      sources: snapshot.sources)
  }

  private mutating func serverChange(_ snapshot: SnapshotEvent) -> StreamChangeEvent? {
    let isFresh = snapshot.paths.state == .fresh
    guard isFresh != isReachable else { return nil }
    let lasted = reachableSince.map { (snapshot.at - $0).seconds }
    defer {
      isReachable = isFresh
      reachableSince = snapshot.at
    }
    guard isReachable != nil else { return nil }
    return StreamChangeEvent(
      isFresh ? .serverBack : .serverLost, stream: nil, time: snapshot.time, detail: snapshot.paths.problem,
      seconds: lasted)
  }
}
