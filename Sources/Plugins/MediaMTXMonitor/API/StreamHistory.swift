import RouterCore

/// Numbers of one stream over the last minute, look by look, and over the last hour in halves of a minute. Pure.
struct StreamHistory: Sendable {
  /// What one look says; nil where it says nothing.
  struct Point: Sendable, Equatable {
    /// Seconds since 1970.
    var time: Double
    /// Decimal megabits a second.
    var inMbit: Double?
    var outMbit: Double?
    /// Milliseconds.
    var rttMs: Double?
    /// Percent of the packets of the last 10 s.
    var lossPercent: Double?
    var readers: Int
  }

  /// Sum of what came within one half minute.
  fileprivate struct Slot: Sendable {
    var start: Double
    var inMbit = Mean()
    var outMbit = Mean()
    var rttMs = Mean()
    var lossPercent = Mean()
    var readers = 0
  }

  fileprivate struct Mean: Sendable {
    private var sum = 0.0
    private var count = 0
    mutating func add(_ value: Double?) {
      guard let value else { return }
      sum += value
      count += 1
    }
    var value: Double? { count == 0 ? nil : sum / Double(count) }
  }

  /// Seconds.
  static let fineSpan = 90.0
  static let slotLength = 30.0
  static let slotCount = 120
  private static let fineLimit = 200

  private var fine: [Point] = []
  private var slots: [Slot] = []

  mutating func add(_ point: Point) {
    fine.append(point)
    let old = fine.firstIndex { point.time - $0.time <= StreamHistory.fineSpan } ?? 0
    let surplus = max(old, fine.count - StreamHistory.fineLimit)
    if surplus > 0 { fine.removeFirst(surplus) }
    let start = (point.time / StreamHistory.slotLength).rounded(.down) * StreamHistory.slotLength
    if slots.last?.start != start { slots.append(Slot(start: start)) }
    if slots.count > StreamHistory.slotCount { slots.removeFirst() }
    let last = slots.count - 1
    slots[last].inMbit.add(point.inMbit)
    slots[last].outMbit.add(point.outMbit)
    slots[last].rttMs.add(point.rttMs)
    slots[last].lossPercent.add(point.lossPercent)
    slots[last].readers = max(slots[last].readers, point.readers)
  }

  /// The last `seconds`: look by look up to 90 s, else means of half minutes with the most readers of each.
  func points(last seconds: Double, until now: Double) -> [Point] {
    let all = seconds <= StreamHistory.fineSpan ? fine : slots.map(\.point)
    return all.filter { now - $0.time <= seconds }
  }
}

extension StreamHistory.Slot {
  fileprivate var point: StreamHistory.Point {
    .init(
      time: start, inMbit: inMbit.value, outMbit: outMbit.value, rttMs: rttMs.value,
      lossPercent: lossPercent.value, readers: readers)
  }
}

extension [StreamHistory.Point] {
  /// One array per quantity: `{"time":[…],"inMbit":[…],"outMbit":[…],"rttMs":[…],"lossPercent":[…],"readers":[…]}`.
  var columns: JSON {
    func column(_ value: (StreamHistory.Point) -> Double?) -> JSON {
      .array(map { point in value(point).map { .number($0) } ?? .null })
    }
    return [
      "time": column(\.time), "inMbit": column(\.inMbit), "outMbit": column(\.outMbit), "rttMs": column(\.rttMs),
      "lossPercent": column(\.lossPercent), "readers": .array(map { .integer(Int64($0.readers)) }),
    ]
  }
}
