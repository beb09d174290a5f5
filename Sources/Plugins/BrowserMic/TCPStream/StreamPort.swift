import RouterCore

/// One open port: where a stream's sound goes. Of the control side; stages have the feed and the gate.
struct StreamPort {
  /// Which stream, as what.
  struct Key: Hashable {
    var stream: StreamID
    var sound: StreamSound
  }

  let lease: any WebLease
  let feed: any LiveFeed
  let gate: FeedGate
  let service: ServiceEvent
  let record: PathRecord
  /// Ways by which the stream reaches this port now.
  var ways = 0
  /// Ways so far, for their tickets.
  var lastWay: UInt16 = 0

  /// For people and programs: `tcp://0.0.0.0:420`.
  var address: String { "tcp://\(lease.address)" }
}
