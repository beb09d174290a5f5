import RouterCore

/// What `router monitor` knows: the graph, and what its counters did between two looks. Pure: the time is handed in.
struct MonitorModel: Sendable {
  struct Node: Sendable, Equatable {
    var id: String
    var type: String
    var state: String
    /// Why it does not run, and when it tries again.
    var note = ""
  }

  struct Link: Sendable, Equatable {
    var id: String
    var isAudio: Bool
    var format = ""
    /// nil at the first look.
    var packetsPerSecond: Double?
    var delayMs: Double?
    /// Frames that did not arrive, and packets thrown away.
    var drops = 0
    var notCarried: String?
    /// dBFS.
    var peakDb: Double?
    var rmsDb: Double?
  }

  private struct Level {
    var peakDb: Double
    var rmsDb: Double
    var at: Instant
  }

  /// A level that was not renewed for that long is over.
  private static let levelLife = Duration.milliseconds(500)

  private(set) var revision = 0
  private(set) var nodes: [Node] = []
  private(set) var streams = 0
  /// Of the saved document.
  private(set) var problems = 0
  private var links: [Link] = []
  private var levels: [String: Level] = [:]
  private var packets: [String: Int] = [:]
  private var lastLook: Instant?

  /// What `GET /graph` answers.
  mutating func take(graph: JSON, at now: Instant) {
    let passed = lastLook.map { (now - $0).seconds }
    revision = graph["revision"]?.int ?? 0
    streams = graph["streams"]?.items?.count ?? 0
    problems = graph["documentProblems"]?.items?.count ?? 0
    nodes = (graph["nodes"]?.items ?? []).map(MonitorModel.node)
    var counts: [String: Int] = [:]
    links = (graph["links"]?.items ?? []).map { json in
      var link = MonitorModel.link(json)
      guard let count = json["stats"]?["packets"]?.int else { return link }
      counts[link.id] = count
      // A link that was made anew counts from zero.
      if let passed, passed > 0, let before = packets[link.id] {
        link.packetsPerSecond = Double(count >= before ? count - before : count) / passed
      }
      return link
    }
    (packets, lastLook) = (counts, now)
  }

  /// The data of a `level` event.
  mutating func take(levels json: JSON, at now: Instant) {
    for member in json["links"]?.members ?? [] {
      guard let peak = member.value["peakDb"]?.double, let rms = member.value["rmsDb"]?.double else { continue }
      levels[member.key] = Level(peakDb: peak, rmsDb: rms, at: now)
    }
    levels = levels.filter { now - $0.value.at <= MonitorModel.levelLife }
  }

  /// With the levels that are heard now.
  func links(at now: Instant) -> [Link] {
    links.map { link in
      guard let level = levels[link.id], now - level.at <= MonitorModel.levelLife else { return link }
      var link = link
      (link.peakDb, link.rmsDb) = (level.peakDb, level.rmsDb)
      return link
    }
  }

  private static func node(_ json: JSON) -> Node {
    let note = [json["reason"]?.text, json["nextTry"]?.text.map { "next try \($0)" }].compactMap(\.self)
    return Node(
      id: json["id"]?.text ?? "", type: json["type"]?.text ?? "", state: json["state"]?.text ?? "",
      note: note.joined(separator: "; "))
  }

  private static func link(_ json: JSON) -> Link {
    let stats = json["stats"]
    return Link(
      id: json["id"]?.text ?? "", isAudio: json["kind"]?.text == "audio", format: json["format"]?.text ?? "",
      delayMs: stats?["delayMs"]?.double, drops: (stats?["missing"]?.int ?? 0) + (stats?["dropped"]?.int ?? 0),
      notCarried: json["notCarried"]?.text)
  }
}
