import RouterCore

/// The metrics of one `adpcm.ingest`. Made before the first packet; written on the data path.
struct IngestCounters: Sendable {
  let connections: Metric
  let connected: Metric
  let streams: Metric
  let streaming: Metric
  let frames: Metric
  let bytes: Metric
  let empty: Metric
  let gaps: Metric
  let missing: Metric
  let filled: Metric
  let duplicates: Metric
  let reordered: Metric
  let sameIDs: Metric
  let holds: Metric
  let held: Metric
  let overdue: Metric
  private let text: Metric
  private let handshake: Metric
  private let head: Metric
  private let codec: Metric
  private let size: Metric
  let silent: Metric

  init(_ metrics: NodeMetrics) {
    connections = metrics.counter("router_ingest_connections_total", "Microphones that connected")
    connected = metrics.gauge("router_ingest_connected", "Microphones that are connected")
    streams = metrics.counter("router_ingest_streams_total", "Streams that began with a handshake")
    streaming = metrics.gauge("router_ingest_streams", "Streams that are open")
    frames = metrics.counter("router_ingest_frames_total", "Frames received")
    bytes = metrics.counter("router_ingest_bytes_total", "Bytes of frames received, with their heads")
    empty = metrics.counter("router_ingest_empty_frames_total", "Frames without samples, which are ignored")
    gaps = metrics.counter("router_ingest_gaps_total", "Places where sequence numbers were left out")
    missing = metrics.counter("router_ingest_missing_frames_total", "Frames that never came, by their numbers")
    filled = metrics.counter("router_ingest_filled_frames_total", "Silent frames put in for missing ones")
    duplicates = metrics.counter("router_ingest_duplicate_frames_total", "Frames with the number of the one before")
    reordered = metrics.counter("router_ingest_reordered_frames_total", "Frames with a number from before")
    sameIDs = metrics.counter(
      "router_ingest_same_ids_total", "Streams that began while another one of the same id was open")
    holds = metrics.counter("router_ingest_holds_total", "Times a sender was held for a sink that is behind")
    held = metrics.gauge("router_ingest_held", "Senders that are held")
    overdue = metrics.counter(
      "router_ingest_holds_overdue_total", "Times a sender was held for holdSeconds, and the sink was still behind")
    let refused = "Connections that were refused, by reason"
    text = metrics.counter("router_ingest_refused_total", refused, reason: "text")
    handshake = metrics.counter("router_ingest_refused_total", refused, reason: "handshake")
    head = metrics.counter("router_ingest_refused_total", refused, reason: "frame")
    codec = metrics.counter("router_ingest_refused_total", refused, reason: "codec")
    size = metrics.counter("router_ingest_refused_total", refused, reason: "size")
    silent = metrics.counter("router_ingest_refused_total", refused, reason: "no-handshake")
  }

  func refused(_ refusal: IngestSession.Refusal) {
    switch refusal {
    case .text: text.add()
    case .handshake: handshake.add()
    case .frame(.head): head.add()
    case .frame(.codec): codec.add()
    case .frame(.size): size.add()
    }
  }

  func noted(_ step: SequenceWatch.Step) {
    switch step {
    case .next: break
    case .gap(let frames):
      gaps.add()
      missing.add(Int(frames))
    case .duplicate: duplicates.add()
    case .reordered: reordered.add()
    }
  }
}
