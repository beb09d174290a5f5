/// The control half of `meter`: emits what its stages measured.
final class MeterNode: LiveNode {
  private struct Shown: Sendable {
    var reading: MeterReading
    /// Measurements that were emitted.
    var measurements = 0
  }
  private let context: NodeContext
  private let interval: MeterInterval
  private let shown = PthreadLock<[Shown]>([])

  init(_ config: Meter.Config, _ context: NodeContext) {
    self.context = context
    interval = MeterInterval(milliseconds: config.intervalMs)
  }

  /// Takes changed options while running. Any thread.
  func update(to config: Meter.Config) async { interval.set(milliseconds: config.intervalMs) }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let reading = shown.withLock { shown in
      let ways = shown.count { $0.reading.stream == request.stream }
      let key = ways == 0 ? "\(request.stream)" : "\(request.stream)/\(ways + 1)"
      let reading = MeterReading(
        stream: request.stream, label: request.offer.label, key: key, channels: request.format.channels)
      shown.append(Shown(reading: reading))
      return reading
    }
    return MadeStage(MeterStage(request.format, reading, interval), output: request.format)
  }

  func run() async throws(NodeFailure) {
    var next = context.time.now
    while !Task.isCancelled {
      await emit()
      next = max(next + .milliseconds(interval.milliseconds), context.time.now)
      do { try await context.time.sleep(until: next) } catch { return }
    }
  }

  func stop() async {
    for entry in shown.withLock({ $0 }) where entry.measurements > 0 { await withdraw(entry.reading) }
    shown.withLock { shown in
      for index in shown.indices { shown[index].measurements = 0 }
    }
  }

  /// Emits every reading that has something new, and takes back those of streams that are over.
  private func emit() async {
    let (due, over) = shown.withLock { shown in
      let over = shown.filter { $0.reading.isOver }
      shown.removeAll { $0.reading.isOver }
      let due = shown.indices.filter { shown[$0].reading.measurements > shown[$0].measurements }
      for index in due { shown[index].measurements = shown[index].reading.measurements }
      return (due.map { shown[$0].reading }, over)
    }
    for reading in due { await context.graph.emit(reading.event, on: "levels", key: reading.key) }
    for entry in over where entry.measurements > 0 { await withdraw(entry.reading) }
  }

  private func withdraw(_ reading: MeterReading) async {
    await context.graph.withdraw(reading.event, on: "levels", key: reading.key)
  }
}
