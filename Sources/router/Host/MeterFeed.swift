import RouterCore

/// What pages are told many times a second, in few bytes: lists in the order of `links` in `GET /graph` of the same
/// revision. A hundred links cost about 8 kB/s. Pure.
struct MeterFeed: Sendable {
  /// Every so many levels the counters too.
  static let countsEvery = 5

  private(set) var revision = 0
  private var order: [LinkID] = []
  private var turn = 0

  /// Whether the counters are due; then ``counts(_:revision:)`` is to be called with a fresh look at the graph.
  mutating func isCountDue(revision: Int) -> Bool {
    defer { turn += 1 }
    return revision != self.revision || turn.isMultiple(of: Self.countsEvery)
  }

  /// `peaks`: whole dB of each link, null where nothing was heard.
  func levels(_ levels: [LinkID: Level]) -> [JSON.Member] {
    let peaks = order.map { link -> JSON in
      guard let level = levels[link], level.samples > 0, level.peak > 0 else { return .null }
      return .integer(Int64(decibels(amplitude: Double(level.peak)).rounded()))
    }
    return [.init("revision", .integer(Int64(revision))), .init("peaks", .array(peaks))]
  }

  /// `links`: packets (events on an event link), frames missing, delay in ms or null of each link. `streams`: id,
  /// packets, frames missing, frames queued, underruns of each.
  mutating func counts(_ snapshot: GraphSnapshot, revision: Int) -> [JSON.Member] {
    self.revision = revision
    order = snapshot.links.map(\.id)
    let clocked = Set(
      snapshot.nodes.filter { !$0.plan.type.traits.isDisjoint(with: [.soundDevice, .mixes]) }.map(\.plan.id))
    let links = snapshot.links.map { link -> JSON in
      let traffic = snapshot.traffic[link.id] ?? Traffic()
      let delay = clocked.contains(link.to.node) ? delay(on: link.id, snapshot.streams) : nil
      return .array([
        .integer(Int64(traffic.packets)), .integer(Int64(traffic.missing)),
        delay.map { .integer(Int64($0.rounded())) } ?? .null,
      ])
    }
    let streams = snapshot.streams.map { stream -> JSON in
      let traffic = stream.traffic[""] ?? Traffic()
      let numbers = [
        Int64(stream.id), Int64(traffic.packets), Int64(traffic.missing), Int64(stream.queuedFrames),
        Int64(stream.underruns),
      ]
      return .array(numbers.map { .integer($0) })
    }
    return [.init("links", .array(links)), .init("streams", .array(streams))]
  }

  /// What waits at the far end, of the stream that waits longest; in milliseconds.
  private func delay(on link: LinkID, _ streams: [StreamSnapshot]) -> Double? {
    streams.filter { $0.traffic[link] != nil && $0.format.sampleRate > 0 }.map {
      Double($0.queuedFrames) * 1000 / Double($0.format.sampleRate)
    }.max()
  }
}
