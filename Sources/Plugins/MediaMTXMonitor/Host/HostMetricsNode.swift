import RouterCore

/// The control half of `host.metrics`.
actor HostMetricsNode: LiveNode {
  /// Two samples that soon give the first event its processor and network.
  private static let first = Duration.seconds(1)

  private var config: HostMetrics.Config
  private let context: NodeContext
  private let reader: HostReader
  private let gauges: HostGauges
  private let wake = Wake()
  private var last: (sample: HostSample, at: Instant)?

  init(_ config: HostMetrics.Config, _ context: NodeContext, _ reader: HostReader) {
    self.config = config
    self.context = context
    self.reader = reader
    gauges = HostGauges(context.metrics)
  }

  func update(to config: HostMetrics.Config) async {
    self.config = config
    wake.ring()
  }

  func run() async throws(NodeFailure) {
    last = await sample()
    await pause(HostMetricsNode.first)
    while !Task.isCancelled {
      await tell()
      await pause(.seconds(config.intervalSeconds))
    }
  }

  /// Until then, or until the options have changed.
  private func pause(_ time: Duration) async { await wake.wait(until: context.time.now + time, on: context.time) }

  private func tell() async {
    let new = await sample()
    let before = last.map { (sample: $0.sample, ago: new.at - $0.at) }
    let addresses = await context.blocking.run { LocalAddresses.current() }
    let event = new.sample.event(host: HostName.current(), addresses: addresses, time: .now(), before: before)
    last = new
    gauges.set(event)
    await context.graph.emit(event, on: "host")
  }

  private func sample() async -> (sample: HostSample, at: Instant) {
    let (reader, disks) = (reader, config.disks)
    let sample = await context.blocking.run { reader.sample(disks: disks) }
    return (sample, context.time.now)
  }
}
