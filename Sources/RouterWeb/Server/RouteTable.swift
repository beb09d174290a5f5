internal import RouterCore

/// The routes of one listener, as one value that is exchanged whole. Pure.
struct RouteTable: Sendable {
  /// A route and who holds it.
  struct Entry: Sendable {
    var route: Route
    var node: NodeID
    var lease: UInt64
    /// Peers outside are answered 403.
    var allow: [AddressRange]
    fileprivate var pattern: [Segment]
    var isWebSocket: Bool { if case .webSocket = route.answer { true } else { false } }
    var isSilence: Bool { if case .silence = route.answer { true } else { false } }

    init(_ route: Route, node: NodeID, lease: UInt64, allow: [AddressRange]) {
      self.route = route
      self.node = node
      self.lease = lease
      self.allow = allow
      pattern = RouteTable.pattern(route.path)
    }

    /// Answers the same requests as the other.
    func collides(with other: Entry) -> Bool {
      route.method == other.route.method && isWebSocket == other.isWebSocket
        && pattern.count == other.pattern.count && zip(pattern, other.pattern).allSatisfy { $0.matchesSame($1) }
    }
  }

  enum Match {
    case found(Entry, parameters: [String: String])
    /// The path is there, the method is not.
    case otherMethods([String])
    case none
  }

  private var entries: [Entry] = []
  /// For peers that say nothing.
  private(set) var silence: Entry?

  init(_ entries: [Entry] = []) {
    self.entries = entries.filter { !$0.isSilence }
    silence = entries.last { $0.isSilence }
  }

  /// - Parameter isUpgrade: A WebSocket route is preferred then; else it is taken only where nothing else answers.
  func match(method: String, path: String, isUpgrade: Bool) -> Match {
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    var best: (entry: Entry, rank: [Int], parameters: [String: String])?
    var methods: Set<String> = []
    for entry in entries {
      guard let (rank, parameters) = RouteTable.fit(entry.pattern, parts) else { continue }
      methods.insert(entry.route.method)
      let isMethod =
        entry.route.method == method || method == "HEAD" && entry.route.method == "GET" && !entry.isWebSocket
      guard isMethod else { continue }
      let full = rank + [entry.isWebSocket == isUpgrade ? 0 : 1]
      if let best, !full.lexicographicallyPrecedes(best.rank) { continue }
      best = (entry, full, parameters)
    }
    if let best { return .found(best.entry, parameters: best.parameters) }
    if methods.isEmpty { return .none }
    if methods.contains("GET") { methods.insert("HEAD") }
    return .otherMethods(methods.union(["OPTIONS"]).sorted())
  }

  // MARK: Patterns

  fileprivate enum Segment: Sendable {
    case literal(String), parameter(String), rest

    func matchesSame(_ other: Segment) -> Bool {
      switch (self, other) {
      case (.literal(let a), .literal(let b)): a == b
      case (.parameter, .parameter), (.rest, .rest): true
      default: false
      }
    }
  }

  private static func pattern(_ path: String) -> [Segment] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
      if part == "*" { return .rest }
      if part.hasPrefix("{"), part.hasSuffix("}") { return .parameter(String(part.dropFirst().dropLast())) }
      return .literal(String(part))
    }
  }

  /// Ranks compare segment by segment: literal before parameter before `*`.
  private static func fit(_ pattern: [Segment], _ parts: [Substring]) -> ([Int], [String: String])? {
    var rank: [Int] = []
    var parameters: [String: String] = [:]
    for (index, segment) in pattern.enumerated() {
      switch segment {
      case .rest:
        guard index < parts.count else { return nil }
        parameters["*"] = parts[index...].joined(separator: "/")
        return (rank + [2], parameters)
      case .literal(let text):
        guard index < parts.count, parts[index] == text else { return nil }
        rank.append(0)
      case .parameter(let name):
        guard index < parts.count, !parts[index].isEmpty else { return nil }
        parameters[name] = String(parts[index])
        rank.append(1)
      }
    }
    return pattern.count == parts.count ? (rank, parameters) : nil
  }
}
