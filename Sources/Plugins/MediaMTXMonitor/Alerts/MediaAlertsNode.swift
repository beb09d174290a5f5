import RouterCore

/// The control half of `mediamtx.alerts`.
actor MediaAlertsNode: LiveNode {
  private let context: NodeContext
  private var watch: AlertWatch
  private let active: Metric
  private let raised: Metric
  /// What was last told on `active`.
  private var told: AlertsEvent?
  private var untold: [AlertEvent] = []
  private var isTelling = false

  init(_ config: MediaAlerts.Config, _ context: NodeContext) {
    self.context = context
    watch = AlertWatch(config.rules, at: context.time.now)
    active = context.metrics.gauge("router_alerts_active", "Alerts that hold now")
    raised = context.metrics.counter("router_alerts_raised_total", "Alerts raised")
  }

  func update(to config: MediaAlerts.Config) async {
    await tell(watch.replace(config.rules, at: context.time.now, .now()))
  }

  func run() async throws(NodeFailure) {
    await tell([])
    while true {
      do { try await context.time.sleep(until: context.time.now.nextSecond) } catch { return }
      await tell(watch.tick(at: context.time.now, .now()))
    }
  }

  func receive(_ event: Event, on port: String) async {
    guard let streams = event.payload as? StreamsEvent else { return }
    if event.isWithdrawn {
      await tell(watch.forget(at: context.time.now, .now()))
    } else {
      await tell(watch.take(streams))
    }
  }

  /// Tells what was found, in order: who finds something meanwhile leaves it to who tells already.
  private func tell(_ events: [AlertEvent]) async {
    untold += events
    guard !isTelling else { return }
    isTelling = true
    defer { isTelling = false }
    while true {
      while !untold.isEmpty { await tell(untold.removeFirst()) }
      let all = AlertsEvent(watch.alerts)
      guard all != told else { return }
      told = all
      active.set(all.alerts.count)
      await context.graph.emit(all, on: "active")
    }
  }

  private func tell(_ event: AlertEvent) async {
    if event.isRaised { raised.add() }
    context.log.info(
      event.isRaised ? "alert" : "alert cleared", ("rule", event.alert.rule), ("what", event.alert.text))
    await context.graph.emit(event, on: "alerts")
  }
}
