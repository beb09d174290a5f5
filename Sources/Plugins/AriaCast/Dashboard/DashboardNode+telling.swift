import RouterCore

/// What the page is told, and when.
extension DashboardNode {
  // MARK: Senders

  func join(_ request: StageRequest, _ gauge: SenderGauge) {
    let now = context.time.now
    senders.append(SenderEntry(request, gauge: gauge, at: now))
    state.log.add(.joined, [request.offer.label, request.offer.peer], at: now)
    tell(.log, and: [("senders", sendersJSON(at: now))])
  }

  /// Once a second: who left, who fell silent, what the numbers are.
  func look() {
    let now = context.time.now
    let before = state.log.newest
    for gone in senders where gone.gauge.isOver { state.log.add(.left, [gone.label, gone.peer], at: now) }
    senders.removeAll { $0.gauge.isOver }
    for index in senders.indices {
      let old = senders[index].condition
      senders[index].look(at: now)
      note(senders[index], was: old, at: now)
    }
    listeners.set(feed?.listeners ?? 0)
    guard seats.values.contains(where: { $0.kind == .page }) else { return }
    tell(
      state.log.newest == before ? [] : .log,
      and: [("senders", sendersJSON(at: now)), ("listeners", .integer(Int64(feed?.listeners ?? 0)))])
  }

  private func note(_ sender: SenderEntry, was old: SenderEntry.Condition, at now: Instant) {
    if sender.newUnderruns > 0 { state.log.add(.underruns, [String(sender.newUnderruns), sender.label], at: now) }
    switch (old, sender.condition) {
    case (.silent, .silent), (.stalled, .stalled): break
    case (_, .silent): state.log.add(.silent, [sender.label], at: now)
    case (_, .stalled): state.log.add(.stalled, [sender.label], at: now)
    case (.silent, .sound): state.log.add(.sounding, [sender.label], at: now)
    case (.stalled, .sound): state.log.add(.flowing, [sender.label], at: now)
    default: break
    }
  }

  func sendersJSON(at now: Instant) -> JSON {
    let heard = senders.last { !$0.gauge.isOver }?.stream
    return .array(senders.map { $0.json(isHeard: $0.stream == heard, at: now) })
  }

  /// Ten times a second while a page is open and somebody sends.
  func tellLevels() {
    guard seats.values.contains(where: { $0.kind == .page }), let heard = senders.last(where: { !$0.gauge.isOver })
    else { return }
    let levels = heard.gauge.levels.flatMap { [JSON.number($0.peak), .number($0.rms)] }
    send(JSON.object([.init("level", .array(levels))]).compact, to: .page)
  }

  // MARK: Clients

  /// Tells every client what changed.
  func tell(_ change: DashboardState.Change, and more: [(String, JSON)] = []) {
    let now = context.time.now
    var members = more.map { JSON.Member($0.0, $0.1) }
    if change.contains(.metadata) { members.append(.init("metadata", state.metadataJSON(at: now))) }
    if change.contains(.volume) { members.append(.init("volume", state.volumeJSON)) }
    if change.contains(.services) {
      members += [.init("services", state.servicesJSON), .init("name", .string(title))]
    }
    tellPages(members, withLog: change.contains(.log), at: now)
    if change.contains(.metadata) { send(metadataMessage, to: .metadata) }
    if change.contains(.volume), let volume { send(ControlReply.announcement(volume), to: .control) }
  }

  /// - Parameter withLog: Each page gets the lines it has not seen.
  private func tellPages(_ members: [JSON.Member], withLog: Bool, at now: Instant) {
    if members.isEmpty, !withLog { return }
    for (id, seat) in seats where seat.kind == .page {
      var all = members
      if withLog { all.append(.init("log", state.logJSON(since: seat.logSeen, at: now))) }
      seats[id]?.logSeen = state.log.newest
      send(JSON.object(all).compact, to: seat)
    }
  }

  /// Tells every page whether its buttons do anything.
  func tellRights() {
    for seat in seats.values where seat.kind == .page {
      let rights: JSON = ["mayControl": .bool(seat.isTrusted), "hasToken": .bool(access.hasToken)]
      send(rights.compact, to: seat)
    }
  }

  private func send(_ text: String, to kind: PageSeat.Kind) {
    for seat in seats.values where seat.kind == kind { send(text, to: seat) }
  }

  /// A client that does not take what it is sent is closed; a page comes back by itself.
  func send(_ text: String, to seat: PageSeat) {
    if !seat.peer.send(.text(text)) { seat.peer.close(code: 1013, reason: "too slow") }
  }

  // MARK: What there is to tell

  /// Heading of the page.
  var title: String { config.name.isEmpty ? state.speakerName ?? context.label : config.name }

  /// The speaker's volume as AriaCast counts; nil while no speaker has said.
  var volume: ReceiverVolume? {
    state.volume.map { ReceiverVolume(percent: $0.percent, isMuted: $0.isMuted) }
  }

  var metadataMessage: String { JSON.object([.init("type", "metadata"), .init("data", state.castMetadata)]).compact }

  /// Everything, for a page that was just opened.
  func wholeState(_ seat: PageSeat, at now: Instant) -> JSON {
    [
      "name": .string(title), "metadata": state.metadataJSON(at: now), "volume": state.volumeJSON,
      "services": state.servicesJSON, "senders": sendersJSON(at: now),
      "listeners": .integer(Int64(feed?.listeners ?? 0)), "log": state.logJSON(since: 0, at: now),
      "mayControl": .bool(seat.isTrusted), "hasToken": .bool(access.hasToken),
      "network": [
        "host": .string(host), "addresses": .array(addresses.map { .string($0) }),
        "port": .integer(Int64(lease?.address.port ?? config.listener.listen.port)),
      ],
    ]
  }
}
