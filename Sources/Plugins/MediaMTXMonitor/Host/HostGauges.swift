import RouterCore

/// The machine's numbers as metrics; one that the kernel never told is not there.
struct HostGauges: Sendable {
  private let metrics: NodeMetrics

  init(_ metrics: NodeMetrics) { self.metrics = metrics }

  func set(_ event: HostEvent) {
    gauge("router_host_cpu_percent", "Load of all processors together, 0 to 100", event.cpuPercent, scale: 0.01)
    for (index, minutes) in [1, 5, 15].enumerated() {
      gauge("router_host_load\(minutes)", "Load over \(minutes) min", event.load?[index], scale: 0.01)
    }
    gauge("router_host_celsius", "Temperature of the processor, else of the first sensor", event.celsius, scale: 0.001)
    gauge("router_host_uptime_seconds", "Time since the machine started", event.uptimeSeconds)
    space("memory", "memory", event.memory)
    space("swap", "swap", event.swap)
    space("disk", "the first disk", event.disks.first?.space)
    let network = event.network
    metrics.counter("router_host_receive_bytes_total", "Bytes received over all interfaces that lead out")
      .set(network.rxBytes)
    metrics.counter("router_host_transmit_bytes_total", "Bytes sent over all interfaces that lead out")
      .set(network.txBytes)
  }

  private func space(_ name: String, _ words: String, _ space: HostEvent.Space?) {
    gauge("router_host_\(name)_used_bytes", "Used of \(words)", space.map { Double($0.usedBytes) })
    gauge("router_host_\(name)_free_bytes", "Free of \(words)", space.map { Double($0.freeBytes) })
  }

  private func gauge(_ name: String, _ help: String, _ value: Double?, scale: Double = 1) {
    guard let value, let whole = Int(exactly: (value / scale).rounded()) else { return }
    metrics.gauge(name, help, scale: scale).set(whole)
  }
}
