import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

/// A machine of the test: some of what a small computer's kernel tells.
private func machine(_ stat: String = "cpu  100 0 50 800 50 0 0 0 0 0") -> TemporaryFolder {
  let folder = TemporaryFolder()
  folder.write("\(stat)\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 9\n", to: "proc/stat")
  folder.write("0.52 0.58 0.59 1/234 5678\n", to: "proc/loadavg")
  folder.write(
    "MemTotal:       1000 kB\nMemFree:  100 kB\nMemAvailable:    600 kB\nSwapTotal:   200 kB\nSwapFree:  150 kB\n",
    to: "proc/meminfo")
  folder.write(
    """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
        lo: 111 1 0 0 0 0 0 0 111 1 0 0 0 0 0 0
      eth0:1000000 5 0 0 0 0 0 0 2000000 6 0 0 0 0 0 0
    docker0: 5 5 0 0 0 0 0 0 6 6 0 0 0 0 0 0

    """, to: "proc/net/dev")
  folder.write("12345.67 20000.00\n", to: "proc/uptime")
  folder.write("acpitz\n", to: "sys/class/hwmon/hwmon0/name")
  folder.write("27800\n", to: "sys/class/hwmon/hwmon0/temp1_input")
  folder.write("coretemp\n", to: "sys/class/hwmon/hwmon1/name")
  folder.write("Package id 0\n", to: "sys/class/hwmon/hwmon1/temp1_label")
  folder.write("55500\n", to: "sys/class/hwmon/hwmon1/temp1_input")
  folder.write("nonsense\n", to: "sys/class/hwmon/hwmon1/temp2_input")
  folder.write("cpu-thermal\n", to: "sys/class/thermal/thermal_zone0/type")
  folder.write("48312\n", to: "sys/class/thermal/thermal_zone0/temp")
  return folder
}

@Suite struct HostTextTests {
  @Test func `the kernel's tables become one sample`() throws {
    let folder = machine()
    let sample = HostReader(root: folder.path).sample(disks: ["/", "/nowhere"])
    #expect(sample.processor == .init(busy: 150, all: 1_000) && sample.cores == 2)
    #expect(sample.load == [0.52, 0.58, 0.59] && sample.uptimeSeconds == 12345.67)
    #expect(sample.memory == .init(totalBytes: 1_024_000, freeBytes: 614_400, usedBytes: 409_600))
    #expect(sample.swap?.percent == 25)
    #expect(sample.interfaces == [.init(name: "eth0", rxBytes: 1_000_000, txBytes: 2_000_000)])
    #expect(sample.temperatures.map(\.sensor) == ["acpitz temp1", "coretemp Package id 0", "cpu-thermal"])
    #expect(HostSample.main(sample.temperatures) == 55.5)
    #expect(sample.disks.map(\.path) == ["/"] && (sample.disks.first?.space.totalBytes ?? 0) > 0)
  }

  @Test func `a kernel that tells nothing leads to an event that tells nothing`() throws {
    let folder = TemporaryFolder()
    let sample = HostReader(root: folder.path + "/none").sample(disks: ["/"])
    #expect(sample == HostSample())
    let event = sample.event(host: "h", addresses: [], time: WallTime(seconds: 0), before: (sample, .seconds(1)))
    #expect(event.cpuPercent == nil && event.celsius == nil && event.network.rxMbit == 0)
    #expect(event.json["memory"] == nil && event.json["network"]?["rxBytes"] == 0)
  }

  @Test(arguments: [
    "", "cpu", "cpu 1 2", "cpu x y z w", "\0\0", "cpu 18446744073709551615 18446744073709551615 1 1 1 1 1 1",
  ])
  func `tables that make no sense do no harm`(text: String) {
    let (processor, _) = HostText.processor(text)
    #expect(processor.map { $0.busy <= $0.all } ?? true)
    #expect(HostText.load(text) == nil)
    #expect(HostText.memory(text + "\nMemTotal: 99999999999999999 kB").memory == nil)
    #expect(HostText.interfaces(text + "\neth0: 1 2 3").isEmpty)
  }

  @Test func `rates come from what lies between two samples`() throws {
    var before = HostSample()
    before.processor = .init(busy: 100, all: 1_000)
    before.interfaces = [
      .init(name: "eth0", rxBytes: 1_000, txBytes: 5_000), .init(name: "eth1", rxBytes: 9, txBytes: 9),
    ]
    var now = before
    now.processor = .init(busy: 150, all: 1_200)
    // eth1 counts anew, eth2 is new.
    now.interfaces = [
      .init(name: "eth0", rxBytes: 2_501_000, txBytes: 5_000), .init(name: "eth1", rxBytes: 1, txBytes: 1),
      .init(name: "eth2", rxBytes: 7_000_000, txBytes: 0),
    ]
    let event = now.event(host: "h", addresses: [], time: WallTime(seconds: 0), before: (before, .seconds(2)))
    #expect(event.cpuPercent == 25)
    #expect(event.network.rxMbit == 10 && event.network.txMbit == 0)
    let first = now.event(host: "h", addresses: [], time: WallTime(seconds: 0), before: nil)
    #expect(first.cpuPercent == nil && first.network.rxMbit == nil)
  }
}

@Suite struct HostMetricsTests {
  @Test func `an event after a second, then one an interval, with the same numbers as metrics`() async throws {
    let folder = machine()
    let host = try FakeHost()
    var config = HostMetrics.Config()
    config.intervalSeconds = 30
    let node = HostMetricsNode(config, host.context, HostReader(root: folder.path))
    let life = Task { try? await node.run() }
    await host.time.waitForSleepers()
    folder.write("cpu  150 0 50 950 50 0 0 0 0 0\n", to: "proc/stat")
    host.time.advance(by: .seconds(1))
    await host.graph.wait { _, events in events.count == 1 }
    await host.time.waitForSleepers()
    host.time.advance(by: .seconds(30))
    await host.graph.wait { _, events in events.count == 2 }
    life.cancel()
    await life.value
    let events = host.graph.events.compactMap { $0.payload as? HostEvent }
    #expect(events.map(\.cpuPercent) == [25, nil] && host.graph.events.allSatisfy { $0.port == "host" })
    func gauge(_ name: String) -> Int { host.registry.metric(name, .gauge, help: "", node: "node").current }
    #expect(gauge("router_host_cpu_percent") == 2_500 && gauge("router_host_memory_used_bytes") == 409_600)
    #expect(gauge("router_host_celsius") == 55_500 && gauge("router_host_load1") == 52)
    await host.stop()
  }
}
