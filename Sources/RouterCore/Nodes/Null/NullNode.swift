/// The control half of `null`.
final class NullNode: Node {
  private let counts: NullCounts

  init(_ metrics: NodeMetrics) { counts = NullCounts(metrics) }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    MadeStage(NullStage(counts))
  }

  func receive(_ event: Event, on port: String) async { counts.events.add() }
}

/// What one `null` has thrown away. Any thread.
struct NullCounts: Sendable {
  let packets: Metric
  let frames: Metric
  let bytes: Metric
  let missing: Metric
  let events: Metric

  init(_ metrics: NodeMetrics) {
    packets = metrics.counter("router_null_packets_total", "Packets counted and thrown away")
    frames = metrics.counter("router_null_frames_total", "Frames counted and thrown away")
    bytes = metrics.counter("router_null_bytes_total", "Bytes counted and thrown away")
    missing = metrics.counter("router_null_missing_frames_total", "Frames that never arrived")
    events = metrics.counter("router_null_events_total", "Events counted and thrown away")
  }
}

/// Counts the packets of one stream. Data thread.
final class NullStage: Stage {
  private let counts: NullCounts
  init(_ counts: NullCounts) { self.counts = counts }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    counts.packets.add()
    counts.frames.add(packet.frames)
    counts.bytes.add(packet.bytes.byteCount)
    return .go
  }

  func gap(frames: Int, _ next: Branch) { counts.missing.add(frames) }
}
