import RouterCore

/// What the links of a graph carry now, gathered in one pass over the streams.
struct LinkLoads {
  /// What one link carries.
  struct Load {
    /// Of the newest stream on it.
    var format: StreamFormat?
    /// Why the newest stream it does not carry is not carried.
    var refusal: String?
    /// What waits at the far end, of the stream that waits longest, in milliseconds with one decimal; only where a node
    /// with a clock of its own takes the sound.
    var delay: Double?
    var traffic = Traffic()
  }
  private var loads: [LinkID: Load] = [:]
  private let clocked: Set<NodeID>

  init(_ snapshot: GraphSnapshot) {
    clocked = Set(
      snapshot.nodes.filter { !$0.plan.type.traits.isDisjoint(with: [.soundDevice, .mixes]) }.map(\.plan.id))
    for (link, traffic) in snapshot.traffic { loads[link, default: Load()].traffic = traffic }
    for stream in snapshot.streams {
      for (link, reason) in stream.refused { loads[link, default: Load()].refusal = reason }
      // The entry without a name is the stream's own.
      for link in stream.traffic.keys where !link.isEmpty { carry(stream, on: link) }
    }
  }

  private mutating func carry(_ stream: StreamSnapshot, on link: LinkID) {
    var load = loads[link] ?? Load()
    load.format = stream.format
    if stream.format.sampleRate > 0 {
      let delay = Double(stream.queuedFrames) * 1000 / Double(stream.format.sampleRate)
      load.delay = max(load.delay ?? 0, (delay * 10).rounded() / 10)
    }
    loads[link] = load
  }

  subscript(link: PlannedLink) -> Load {
    var load = loads[link.id] ?? Load()
    if !clocked.contains(link.to.node) { load.delay = nil }
    return load
  }
}
