import RouterCore
import Synchronization

/// One stream at a dashboard, as the page's list of senders shows it.
struct SenderEntry {
  /// Nothing but zeros for this long is worth a word.
  static let silentAfter = Duration.seconds(10)
  /// So is no packet for this long.
  static let stalledAfter = Duration.seconds(3)

  /// What the sender is doing, as far as its packets tell.
  enum Condition: String {
    /// Connected, no packet yet.
    case waiting
    case sound
    /// Packets, but all zero for ``silentAfter``.
    case silent
    /// No packet for ``stalledAfter``.
    case stalled
  }

  let stream: StreamID
  let label: String
  let peer: String
  let format: StreamFormat
  let record: PathRecord
  let gauge: SenderGauge
  let since: Instant
  private(set) var condition = Condition.waiting
  private(set) var packetsPerSecond = 0
  /// Underruns of the speaker in the last second.
  private(set) var newUnderruns = 0
  private var packetsSeen = 0
  private var underrunsSeen: Int
  private var lastLook: Instant

  init(_ request: StageRequest, gauge: SenderGauge, at now: Instant) {
    stream = request.stream
    label = request.offer.label
    peer = request.offer.peer
    format = request.format
    record = request.offer.record
    self.gauge = gauge
    since = now
    lastLook = now
    underrunsSeen = request.offer.record.underruns.load(ordering: .relaxed)
  }

  /// Looks at the gauge, once a second.
  mutating func look(at now: Instant) {
    let (packets, underruns) = (gauge.packets, record.underruns.load(ordering: .relaxed))
    let seconds = max(0.001, (now - lastLook).seconds)
    packetsPerSecond = Int((Double(packets - packetsSeen) / seconds).rounded())
    newUnderruns = max(0, underruns - underrunsSeen)
    (packetsSeen, underrunsSeen, lastLook) = (packets, underruns, now)
    condition = SenderEntry.condition(last: gauge.lastPacket, zeroSince: gauge.zeroSince, at: now)
  }

  static func condition(last: Instant?, zeroSince: Instant?, at now: Instant) -> Condition {
    guard let last else { return .waiting }
    if now - last >= stalledAfter { return .stalled }
    if let zeroSince, now - zeroSince >= silentAfter { return .silent }
    return .sound
  }

  /// - Parameter isHeard: Whether it is what `/listen` carries.
  func json(isHeard: Bool, at now: Instant) -> JSON {
    let queued = record.queuedFrames.load(ordering: .relaxed)
    let hasSpeaker = record.queueCapacityFrames.load(ordering: .relaxed) > 0
    let zeroFor = gauge.zeroSince.map { max(0, (now - $0).nanoseconds / 1_000_000) } ?? 0
    return [
      "id": .integer(Int64(stream)), "label": .string(label), "peer": .string(peer), "heard": .bool(isHeard),
      "condition": .string(condition.rawValue), "rate": .integer(Int64(format.sampleRate)),
      "channels": .integer(Int64(format.channels)), "sample": .string(format.sample.rawValue),
      "packets": .integer(Int64(gauge.packets)), "packetsPerSecond": .integer(Int64(packetsPerSecond)),
      "late": .integer(Int64(gauge.late)), "zeroMs": .integer(zeroFor),
      "connectedMs": .integer((now - since).nanoseconds / 1_000_000),
      "bufferMs": hasSpeaker ? .integer(Int64(queued * 1_000 / max(1, format.sampleRate))) : .null,
      "underruns": .integer(Int64(record.underruns.load(ordering: .relaxed))),
      "overruns": .integer(Int64(record.overruns.load(ordering: .relaxed))),
    ]
  }
}
