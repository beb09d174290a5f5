import RouterCore

/// Reads the kernel's tables. Pure; what is missing or makes no sense is left out.
///
/// Source: proc(5).
enum HostText {
  /// Interfaces that carry nothing of their own: what goes over them goes over another one, too.
  private static let inner = ["lo", "docker", "br", "veth", "tun", "tap", "virbr", "ifb", "dummy"]

  /// `/proc/stat`.
  static func processor(_ text: String) -> (HostSample.Processor?, cores: Int) {
    var processor: HostSample.Processor?
    var cores = 0
    for line in text.split(separator: "\n") where line.hasPrefix("cpu") {
      let words = line.split(separator: " ")
      guard words[0] == "cpu" else {
        cores += 1
        continue
      }
      // user nice system idle iowait irq softirq steal; guests are counted in user already.
      let ticks = words.dropFirst().prefix(8).map { UInt64($0) ?? 0 }
      guard ticks.count >= 4 else { continue }
      let all = ticks.reduce(0, &+)
      let idle = ticks[3] &+ (ticks.count > 4 ? ticks[4] : 0)
      processor = HostSample.Processor(busy: all >= idle ? all - idle : 0, all: all)
    }
    return (processor, cores)
  }

  /// `/proc/loadavg`.
  static func load(_ text: String) -> [Double]? {
    let numbers = text.split(separator: " ").prefix(3).compactMap { Double($0) }
    return numbers.count == 3 ? numbers : nil
  }

  /// `/proc/meminfo`.
  static func memory(_ text: String) -> (memory: HostEvent.Space?, swap: HostEvent.Space?) {
    var kibibytes: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 2, let number = Int(words[1]), (0..<1 << 43).contains(number) {
        kibibytes[words[0].dropLast()] = number
      }
    }
    // Kernels before 3.14 do not say what is available.
    let guessed = (kibibytes["MemFree"] ?? 0) + (kibibytes["Buffers"] ?? 0) + (kibibytes["Cached"] ?? 0)
    let memory = kibibytes["MemTotal"].map { space($0, free: kibibytes["MemAvailable"] ?? guessed) }
    let swap = kibibytes["SwapTotal"].map { space($0, free: kibibytes["SwapFree"] ?? 0) }
    return (memory, swap)
  }

  private static func space(_ total: Int, free: Int) -> HostEvent.Space {
    let free = min(free, total)
    return HostEvent.Space(totalBytes: total * 1_024, freeBytes: free * 1_024, usedBytes: (total - free) * 1_024)
  }

  /// `/proc/net/dev`, without what stays inside the machine.
  static func interfaces(_ text: String) -> [HostSample.Interface] {
    text.split(separator: "\n").compactMap { line in
      guard let colon = line.lastIndex(of: ":") else { return nil }
      let name = line[..<colon].drop { $0 == " " }
      let numbers = line[line.index(after: colon)...].split(separator: " ").map { UInt64($0) }
      guard numbers.count >= 9, let received = numbers[0], let sent = numbers[8], !inner.contains(where: name.hasPrefix)
      else { return nil }
      return HostSample.Interface(name: String(name), rxBytes: received, txBytes: sent)
    }
  }
}
