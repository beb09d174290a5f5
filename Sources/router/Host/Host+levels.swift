import RouterCore

extension Host {
  /// Ten times a second while somebody listens to the topic.
  private static let interval = Duration.milliseconds(100)

  /// A listener for these topics has come: levels are measured from now until the last one leaves.
  func watch(_ topics: Set<HubEvent.Topic>) {
    guard topics.contains(.level), levelTask == nil else { return }
    levelTask = Task { await self.sendLevels() }
  }

  private func sendLevels() async {
    var isFirst = true
    while isFirst || hub.wants(.level) {
      isFirst = false
      do { try await SystemTime().sleep(until: .now() + Self.interval) } catch { break }
      let levels = await graph.levels().filter { $0.value.samples > 0 }
      let members = levels.sorted { $0.key < $1.key }.map { link, level in
        JSON.Member(
          link,
          [
            "peakDb": .number(decibels(amplitude: Double(level.peak))),
            "rmsDb": .number(decibels(amplitude: Double(level.rms))),
          ])
      }
      hub.publish(.level, ["links": .object(members)])
    }
    levelTask = nil
  }
}
