import RouterCore

/// The control half of `udp.announcer`.
actor UDPAnnouncerNode: Node {
  private let config: UDPAnnouncer.Config
  private let context: NodeContext
  private let network: AnnouncerNetwork
  private let sent: Metric
  private let failed: Metric
  private var schedule: AnnouncementSchedule
  private var services: AnnouncedServices
  private var id = ""
  private var isRunning = false
  private var lastProblem: String?

  init(config: UDPAnnouncer.Config, context: NodeContext, network: AnnouncerNetwork) {
    self.config = config
    self.context = context
    self.network = network
    sent = context.metrics.counter("router_announcer_datagrams_total", "Announcements sent, one per network")
    failed = context.metrics.counter("router_announcer_failures_total", "Announcements that could not be sent")
    schedule = AnnouncementSchedule(interval: .seconds(config.intervalSeconds))
    let last = min(config.firstPort + config.portCount - 1, 65_535)
    services = AnnouncedServices(webPort: config.webPort, ports: config.firstPort...last)
  }

  func prepare() async throws(NodeFailure) {
    if case .string(let known)? = await context.store.value("id") { id = known }
    guard id.isEmpty else { return }
    id = String(UInt64.random(in: .min ... .max), radix: 16)
    await context.store.set("id", to: .string(id))
  }

  func run() async throws(NodeFailure) {
    isRunning = true
    schedule = AnnouncementSchedule(interval: .seconds(config.intervalSeconds))
    while !Task.isCancelled {
      await announceIfDue()
      guard let next = schedule.next else { continue }
      guard (try? await context.time.sleep(until: next)) != nil else { return }
    }
  }

  func stop() async {
    guard isRunning else { return }
    isRunning = false
    await announce(isGoodbye: true)
  }

  func receive(_ event: Event, on port: String) async {
    guard services.take(event) else { return }
    schedule.change()
    // Within the gap `run` sleeps longer than that: somebody else has to look.
    guard isRunning, let next = schedule.next else { return }
    Task { [time = context.time, weak self] in
      guard (try? await time.sleep(until: next)) != nil else { return }
      await self?.announceIfDue()
    }
  }

  private func announceIfDue() async {
    guard isRunning, schedule.take(at: context.time.now) else { return }
    await announce(isGoodbye: false)
  }

  private func announce(isGoodbye: Bool) async {
    let (services, network, port, id) = (services, network, config.port, id)
    let now = WallTime.now()
    let time = Double(now.seconds) + Double(now.nanoseconds / 1_000_000) / 1000
    let problems = await context.blocking.run {
      let found = network.networks()
      return (found.isEmpty ? [AnnouncerNetwork.alone] : found).map { place -> String? in
        let announcement = Announcement(
          id: id, hostName: hostName(), address: place.address, time: time, isGoodbye: isGoodbye)
        return network.send(announcement.bytes(services), place.broadcast, port).map { "\(place.broadcast): \($0)" }
      }
    }
    let failures = problems.compactMap { $0 }
    sent.add(problems.count - failures.count)
    failed.add(failures.count)
    say(failures)
  }

  /// The same trouble is told once.
  private func say(_ failures: [String]) {
    let problem = failures.isEmpty ? nil : failures.joined(separator: ", ")
    if problem != lastProblem, let problem { context.log.warning("not announced everywhere", ("reason", problem)) }
    lastProblem = problem
  }
}
