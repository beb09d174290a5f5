import RouterCore

extension Host {
  /// Ten times a second while somebody listens to the topic.
  private static let interval = Duration.milliseconds(100)

  /// A listener for these topics has come: levels are measured from now until the last one leaves.
  func watch(_ topics: Set<HubEvent.Topic>) {
    guard !topics.isDisjoint(with: [.level, .meter]), levelTask == nil else { return }
    levelTask = Task { await self.sendLevels() }
  }

  private func sendLevels() async {
    var isFirst = true
    var feed = MeterFeed()
    while isFirst || hub.wants(.level) || hub.wants(.meter) {
      isFirst = false
      do { try await SystemTime().sleep(until: .now() + Self.interval) } catch { break }
      let levels = await graph.levels()
      if hub.wants(.level) { hub.publish(.level, Self.named(levels)) }
      if hub.wants(.meter) { hub.publish(.meter, await measured(levels, &feed)) }
    }
    levelTask = nil
  }

  private static func named(_ levels: [LinkID: Level]) -> JSON {
    let members = levels.filter { $0.value.samples > 0 }.sorted { $0.key < $1.key }.map { link, level in
      JSON.Member(
        link,
        [
          "peakDb": .number(decibels(amplitude: Double(level.peak))),
          "rmsDb": .number(decibels(amplitude: Double(level.rms))),
        ])
    }
    return ["links": .object(members)]
  }

  private func measured(_ levels: [LinkID: Level], _ feed: inout MeterFeed) async -> JSON {
    var counts: [JSON.Member] = []
    if feed.isCountDue(revision: revision) {
      let now = revision
      counts = feed.counts(await graph.snapshot(), revision: now)
    }
    return .object(feed.levels(levels) + counts)
  }
}
