import RouterCore

/// What is remembered of one SRT publisher from look to look. Pure.
struct SRTMemory: Sendable {
  /// How many decimal megabits a mebibit has.
  static let mebibit = 1.048576
  static let medianSpan = Duration.seconds(60)

  let id: String
  private var window = CounterWindow<SIMD8<UInt64>>()
  private var capacities: [(at: Instant, mibit: Double)] = []
  private var looks = 0
  private var statistics = SRTStatistics()

  init(id: String) { self.id = id }

  mutating func add(_ statistics: SRTStatistics, at now: Instant, pause: Duration) {
    looks += 1
    self.statistics = statistics
    let packets = statistics.received
    window.add(
      SIMD8(
        packets.unique, packets.lost, packets.retransmitted, packets.dropped, packets.belated, packets.undecrypted, 0,
        0), at: now, pause: pause)
    if let capacity = statistics.linkCapacityMibit, capacity > 0 { capacities.append((now, capacity)) }
    capacities.removeAll { now - $0.at > SRTMemory.medianSpan }
  }

  /// - Parameter data: How sure the list is that it was read from.
  func judgement(_ data: Reading<Bool>.State) -> SRTJudgement {
    SRTJudgement(
      data: data, rttMs: statistics.rttMs, latencyMs: statistics.receiveLatencyMs, receiveMbit: receiveMbit,
      linkCapacityMbit: median.map { $0 * SRTMemory.mebibit }, last10s: counted(.seconds(10)),
      last60s: counted(.seconds(60)))
  }

  /// In its first second a connection has no rate yet, and says 0.
  private var receiveMbit: Double? {
    guard let rate = statistics.receiveMibit, looks > 1 || rate > 0 else { return nil }
    return rate * SRTMemory.mebibit
  }

  private var median: Double? {
    let sorted = capacities.map(\.mibit).sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private func counted(_ span: Duration) -> SRTWindow? {
    window.last(span).map { _, lanes in
      SRTWindow(
        received: lanes[0], lost: lanes[1], retransmitted: lanes[2], dropped: lanes[3], belated: lanes[4],
        undecrypted: lanes[5])
    }
  }
}
