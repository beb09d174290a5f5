import RouterCore

/// One look of `router monitor` where no terminal is: plain lines, or one JSON object. Pure.
enum MonitorReport {
  /// A line per node that does not run and per audio link.
  static func lines(_ model: MonitorModel, at now: Instant, time: String) -> [String] {
    let troubled = model.nodes.filter { $0.state != "running" }.map { node in
      [time, "node", node.id, node.state, node.note]
    }
    let links = model.links(at: now).filter(\.isAudio).map { link -> [String] in
      if let reason = link.notCarried { return [time, "link", link.id, reason] }
      return [
        time, "link", link.id, link.peakDb.map { "\(MonitorScreen.fixed($0, 1)) dBFS" } ?? "silent",
        "\(MonitorScreen.fixed(link.packetsPerSecond ?? 0, 1)) packets/s",
        link.delayMs.map { "\(MonitorScreen.fixed($0, 1)) ms" } ?? "– ms", "\(link.drops) dropped",
      ]
    }
    return Columns.lines(troubled + links)
  }

  static func json(_ model: MonitorModel, at now: Instant, time: String) -> JSON {
    [
      "time": .string(time), "revision": .integer(Int64(model.revision)), "streams": .integer(Int64(model.streams)),
      "problems": .integer(Int64(model.problems)),
      "nodes": .array(
        model.nodes.map { node in
          [
            "id": .string(node.id), "type": .string(node.type), "state": .string(node.state),
            "note": .string(node.note),
          ]
        }),
      "links": .array(model.links(at: now).map(link)),
    ]
  }

  private static func link(_ link: MonitorModel.Link) -> JSON {
    var members: [JSON.Member] = [
      .init("id", .string(link.id)), .init("kind", .string(link.isAudio ? "audio" : "event")),
    ]
    if link.isAudio { members.append(.init("drops", .integer(Int64(link.drops)))) }
    let numbers = [
      ("packetsPerSecond", link.packetsPerSecond), ("delayMs", link.delayMs), ("peakDb", link.peakDb),
      ("rmsDb", link.rmsDb),
    ]
    for (key, value) in numbers { if let value { members.append(.init(key, .number(value))) } }
    if let reason = link.notCarried { members.append(.init("notCarried", .string(reason))) }
    return .object(members)
  }
}
