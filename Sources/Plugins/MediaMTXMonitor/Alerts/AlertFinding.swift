import RouterCore

/// What a rule finds in one stream. Pure.
struct AlertFinding: Equatable {
  var holds: Bool
  /// nil: unknown; a rule does not hold for what is unknown.
  var value: JSON?

  /// - Parameter record: nil: the server has no such stream, which is to be offline.
  init(_ rule: AlertRule, _ record: StreamRecord?) {
    if rule.when == .state {
      let state = record?.state ?? .offline
      (holds, value) = (rule.holds(state), .string(state.rawValue))
      return
    }
    let number = record.flatMap { AlertFinding.number(rule.when, $0) }
    (holds, value) = (number.map(rule.holds) ?? false, number.map { .number($0) })
  }

  /// How old the list of streams is.
  init(_ rule: AlertRule, age: Duration) {
    let seconds = (age.seconds * 10).rounded() / 10
    (holds, value) = (rule.holds(seconds), .number(seconds))
  }

  private static func number(_ quantity: AlertRule.Quantity, _ record: StreamRecord) -> Double? {
    let srt = record.srt.flatMap { $0.data == .fresh ? $0 : nil }
    return switch quantity {
    case .rateMbit: record.rates.in5s
    case .rttMs: srt?.rttMs
    case .lossPercent: srt?.last10s?.lossPercent
    case .droppedPackets: (srt?.last10s?.dropped).map { Double($0) }
    case .readers: Double(record.readers)
    case .state, .ageSeconds: nil
    }
  }
}
