import RouterCore

/// What the kernel told at one moment.
struct HostSample: Sendable, Equatable {
  /// Time of all processors since the start, in ticks.
  struct Processor: Sendable, Equatable {
    var busy: UInt64
    var all: UInt64
  }

  /// Bytes since the interface came up.
  struct Interface: Sendable, Equatable {
    var name: String
    var rxBytes: UInt64
    var txBytes: UInt64
  }

  var processor: Processor?
  var cores = 0
  var load: [Double]?
  var memory: HostEvent.Space?
  var swap: HostEvent.Space?
  var interfaces: [Interface] = []
  var uptimeSeconds: Double?
  var temperatures: [HostEvent.Temperature] = []
  var disks: [HostEvent.Disk] = []

  /// What lies between two samples goes into the event, too.
  ///
  /// - Parameters:
  ///   - before: An earlier sample and how long ago it was taken; nil at first.
  func event(host: String, addresses: [String], time: WallTime, before: (sample: HostSample, ago: Duration)?)
    -> HostEvent
  {
    var event = HostEvent(host: host, time: time)
    event.addresses = addresses
    event.uptimeSeconds = uptimeSeconds
    event.cores = cores
    event.load = load
    (event.memory, event.swap, event.disks) = (memory, swap, disks)
    event.temperatures = temperatures
    event.celsius = HostSample.main(temperatures)
    event.cpuPercent = before.flatMap { percent(since: $0.sample) }
    event.network = network(before)
    return event
  }

  private func percent(since before: HostSample) -> Double? {
    guard let now = processor, let old = before.processor, now.all > old.all, now.busy >= old.busy else { return nil }
    return min(100, Double(now.busy - old.busy) * 100 / Double(now.all - old.all))
  }

  private func network(_ before: (sample: HostSample, ago: Duration)?) -> HostEvent.Network {
    var network = HostEvent.Network()
    network.interfaces = interfaces.map(\.name)
    network.rxBytes = Int(clamping: interfaces.reduce(UInt64(0)) { $0 &+ $1.rxBytes })
    network.txBytes = Int(clamping: interfaces.reduce(UInt64(0)) { $0 &+ $1.txBytes })
    guard let before, before.ago > .zero else { return network }
    var (rx, tx) = (UInt64(0), UInt64(0))
    for now in interfaces {
      // One that is new or counts anew has no past.
      guard let old = before.sample.interfaces.first(where: { $0.name == now.name }), now.rxBytes >= old.rxBytes,
        now.txBytes >= old.txBytes
      else { continue }
      rx += now.rxBytes - old.rxBytes
      tx += now.txBytes - old.txBytes
    }
    network.rxMbit = Double(rx) * 8 / before.ago.seconds / 1e6
    network.txMbit = Double(tx) * 8 / before.ago.seconds / 1e6
    return network
  }

  /// The processor's own sensor, by the names drivers give it; else the first.
  static func main(_ temperatures: [HostEvent.Temperature]) -> Double? {
    let wanted = [
      "coretemp Package id 0", "k10temp Tctl", "zenpower Tdie", "cpu_thermal", "x86_pkg_temp", "cpu-thermal",
    ]
    for name in wanted {
      if let found = temperatures.first(where: { $0.sensor.hasPrefix(name) }) { return found.celsius }
    }
    return temperatures.first?.celsius
  }
}
