internal import Glibc
import RouterCore

/// Reads what the kernel tells of the machine. Blocks for as long as sensors take; not on the data path.
struct HostReader: Sendable {
  /// Sensors beyond that are left out: a broken driver must not fill events.
  private static let sensors = 64

  /// In front of `/proc` and `/sys`; empty outside tests.
  let root: String

  /// - Parameter disks: Paths; those that are not there are left out.
  func sample(disks: [String]) -> HostSample {
    var sample = HostSample()
    if let text = text("/proc/stat") { (sample.processor, sample.cores) = HostText.processor(text) }
    sample.load = text("/proc/loadavg").flatMap(HostText.load)
    if let text = text("/proc/meminfo") { (sample.memory, sample.swap) = HostText.memory(text) }
    sample.interfaces = text("/proc/net/dev").map(HostText.interfaces) ?? []
    sample.uptimeSeconds = text("/proc/uptime").flatMap { $0.split(separator: " ").first.flatMap { Double($0) } }
    sample.temperatures = chips() + (zones())
    sample.disks = disks.compactMap(disk)
    return sample
  }

  private func disk(_ path: String) -> HostEvent.Disk? {
    var facts = statvfs()
    guard unsafe statvfs(root + path, &facts) == 0, facts.f_blocks > 0 else { return nil }
    let unit = Int(clamping: facts.f_frsize)
    let (all, free) = (Int(clamping: facts.f_blocks), Int(clamping: facts.f_bfree))
    let space = HostEvent.Space(
      totalBytes: all * unit, freeBytes: Int(clamping: facts.f_bavail) * unit, usedBytes: max(0, all - free) * unit)
    return HostEvent.Disk(path: path, space: space)
  }

  /// `/sys/class/hwmon`: chips with labelled sensors.
  private func chips() -> [HostEvent.Temperature] {
    var found: [HostEvent.Temperature] = []
    for chip in names("/sys/class/hwmon") {
      let folder = "/sys/class/hwmon/\(chip)"
      let name = line("\(folder)/name") ?? chip
      for file in names(folder) where file.hasPrefix("temp") && file.hasSuffix("_input") {
        guard found.count < HostReader.sensors, let celsius = degrees("\(folder)/\(file)") else { continue }
        let sensor = file.dropLast("_input".count)
        let label = line("\(folder)/\(sensor)_label") ?? String(sensor)
        found.append(HostEvent.Temperature(sensor: "\(name) \(label)", celsius: celsius))
      }
    }
    return found
  }

  /// `/sys/class/thermal`: what boards without such chips have.
  private func zones() -> [HostEvent.Temperature] {
    names("/sys/class/thermal").filter { $0.hasPrefix("thermal_zone") }.prefix(HostReader.sensors).compactMap { zone in
      let folder = "/sys/class/thermal/\(zone)"
      guard let celsius = degrees("\(folder)/temp") else { return nil }
      return HostEvent.Temperature(sensor: line("\(folder)/type") ?? zone, celsius: celsius)
    }
  }

  /// Thousandths in the file; nil if the sensor does not answer or says what cannot be.
  private func degrees(_ path: String) -> Double? {
    guard let thousandths = line(path).flatMap({ Double($0) }), (-100_000...200_000).contains(thousandths) else {
      return nil
    }
    return thousandths / 1_000
  }

  private func line(_ path: String) -> String? {
    text(path).flatMap { $0.split(separator: "\n").first.map(String.init) }
  }

  private func text(_ path: String) -> String? {
    let descriptor = unsafe open(root + path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var filled = 0
    while filled < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe read(descriptor, memory.baseAddress?.advanced(by: filled), memory.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      filled += count
    }
    return String(decoding: bytes[..<filled], as: UTF8.self)
  }

  /// Sorted, so that sensors keep their order.
  private func names(_ path: String) -> [String] {
    guard let folder = unsafe opendir(root + path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      names.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.filter { !$0.hasPrefix(".") }.sorted { ($0.count, $0) < ($1.count, $1) }
  }
}
