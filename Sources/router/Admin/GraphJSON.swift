import RouterCore

/// The graph as the admin API shows it.
enum GraphJSON {
  /// - Parameter configs: `nodes` of the document as it may be shown.
  static func graph(
    _ snapshot: GraphSnapshot, configs: JSON, revision: Int, metrics: MetricRegistry, book: AddressBook
  ) -> [JSON.Member] {
    let shown = Dictionary((configs.members ?? []).map { ($0.key, $0.value) }) { first, _ in first }
    let loads = LinkLoads(snapshot)
    return [
      .init("revision", .integer(Int64(revision))),
      .init(
        "nodes",
        .array(snapshot.nodes.map { node($0, config: shown[$0.plan.id] ?? .null, metrics: metrics, book: book) })),
      .init("links", .array(snapshot.links.map { link($0, loads) })),
      .init("streams", .array(snapshot.streams.map(stream))),
    ]
  }

  static func node(_ snapshot: NodeSnapshot, config: JSON, metrics: MetricRegistry, book: AddressBook) -> JSON {
    let plan = snapshot.plan
    var members: [JSON.Member] = [
      .init("id", .string(plan.id)), .init("type", .string(plan.type.name)),
      .init("config", config),
    ]
    members += state(snapshot.state)
    if let label = plan.settings.label { members.append(.init("label", .string(label))) }
    if let position = plan.settings.position {
      members.append(.init("position", ["x": .number(position.x), "y": .number(position.y)]))
    }
    members.append(.init("ports", .array(plan.config.ports.map(\.json))))
    members.append(.init("addresses", .array(book.all(of: plan.id).map { .string($0.description) })))
    members.append(.init("stats", metrics.values(of: plan.id)))
    return .object(members)
  }

  /// `state` and, where there is one, `reason`, `hint` and `nextTry` (UTC).
  static func state(_ state: NodeState) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("state", .string(state.word))]
    if let reason = state.reason { members.append(.init("reason", .string(reason))) }
    if let hint = state.hint { members.append(.init("hint", .string(hint))) }
    if let nextTry = state.nextTry { members.append(.init("nextTry", .string(wall(nextTry)))) }
    return members
  }

  private static func link(_ link: PlannedLink, _ loads: LinkLoads) -> JSON {
    var members: [JSON.Member] = [
      .init("id", .string(link.id)), .init("from", .string(link.from.description)),
      .init("to", .string(link.to.description)), .init("kind", .string(link.kind.rawValue)),
    ]
    guard link.kind == .audio else { return .object(members) }
    let load = loads[link]
    if let format = load.format { members.append(.init("format", .string(format.description))) }
    if let reason = load.refusal { members.append(.init("notCarried", .string(reason))) }
    let delay: [JSON.Member] = load.delay.map { [.init("delayMs", .number($0))] } ?? []
    members.append(.init("stats", .object((traffic(load.traffic).members ?? []) + delay)))
    return .object(members)
  }

  static func stream(_ stream: StreamSnapshot) -> JSON {
    [
      "id": .integer(Int64(stream.id)), "node": .string(stream.node), "peer": .string(stream.peer),
      "format": .string(stream.format.description), "label": .string(stream.label),
      "openedAt": .string(wall(stream.openedAt)), "path": .array(stream.path.map { .string($0) }),
      "notCarried": .object(
        stream.refused.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
      "stats": .object(
        (traffic(stream.traffic[""] ?? Traffic()).members ?? []) + [
          .init("queuedFrames", .integer(Int64(stream.queuedFrames))),
          .init("underruns", .integer(Int64(stream.underruns))),
        ]),
    ]
  }

  static func traffic(_ traffic: Traffic) -> JSON {
    [
      "packets": .integer(Int64(traffic.packets)), "frames": .integer(Int64(traffic.frames)),
      "bytes": .integer(Int64(traffic.bytes)), "missing": .integer(Int64(traffic.missing)),
    ]
  }

  static func change(_ change: GraphChange) -> (HubEvent.Topic, JSON) {
    switch change {
    case .node(let id, let state):
      (.node, .object([.init("id", .string(id))] + self.state(state)))
    case .renamed(let old, let new):
      (.node, ["id": .string(new), "renamedFrom": .string(old)])
    case .streamOpened(let snapshot):
      (.stream, ["change": "opened", "stream": stream(snapshot)])
    case .streamClosed(let id, let node, let end):
      (
        .stream,
        ["change": "closed", "id": .integer(Int64(id)), "node": .string(node), "reason": .string(end.rawValue)]
      )
    case .notCarried(let link, let stream, let reason, let bridge):
      (
        .link,
        .object(
          [
            .init("id", .string(link)), .init("stream", .integer(Int64(stream))),
            .init("notCarried", .string(reason)),
          ] + (bridge.map { [.init("bridge", .string($0))] } ?? []))
      )
    }
  }

  /// An instant of the monotonic clock as the time of day.
  private static func wall(_ instant: Instant) -> String {
    (WallTime.now() - (.now() - instant)).iso8601
  }
}
