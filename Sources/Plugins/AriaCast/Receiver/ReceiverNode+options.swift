import RouterCore

/// Options that change while sound plays: no connection notices.
extension ReceiverNode {
  func probe(_ config: AriacastReceiver.Config) async throws(NodeFailure) {
    guard let address = config.discovery.value, address != self.config.discovery.value else { return }
    await (try context.datagrams.lease(on: address, by: context.id) { _ in [] }).release()
  }

  func update(to config: AriacastReceiver.Config) async {
    let old = self.config
    self.config = config
    await follow(old)
  }

  /// Does what differs from `old`; in a node that is not prepared that is nothing but remembering.
  func follow(_ old: AriacastReceiver.Config) async {
    takeOver.policy = config.takeOver
    if volume.limit(to: config.maxVolume) { announceVolume(from: nil) }
    if config.artworkHosts != old.artworkHosts {
      refusedURL = ""
      askForPicture()
      publishMetadata()
    }
    if names.want(config.name(on: host, label: context.label)) {
      if service != nil { await offerService() }
      context.log.info("the receiver is called \"\(names.wanted)\" now")
    }
    await moveDiscovery()
  }

  /// Tells the graph under which name and port the receiver is found.
  func offerService() async {
    guard let lease else { return }
    let service = ServiceRecord.event(name: names.wanted, port: lease.address.port, nameInForce: names.service)
    self.service = service
    await context.graph.emit(service, on: "service")
  }

  // MARK: Discovery

  /// Answers where the options say, with the name in force at the time; gives back what was answered before.
  func answerDiscovery() async throws(NodeFailure) {
    guard let lease, !isDiscoveryMoving else { return }
    isDiscoveryMoving = true
    defer { isDiscoveryMoving = false }
    while isOpen, discovery?.wish != config.discovery.value {
      let wish = config.discovery.value
      let new = try await leaseDiscovery(at: wish, listening: lease.address)
      await discovery?.lease.release()
      discovery = nil
      guard let wish, let new else { continue }
      if isOpen { discovery = (wish, new) } else { await new.release() }
    }
  }

  private func leaseDiscovery(at wish: PeerAddress?, listening: PeerAddress) async throws(NodeFailure)
    -> (any DatagramLease)?
  {
    guard let wish else { return nil }
    return try await context.datagrams.lease(on: wish, by: context.id) { [names] datagram in
      DiscoveryResponder(name: ReceiverName(names.service.current), listening: listening).answer(datagram)
    }
  }

  /// The same for a node that runs: what cannot be had is said once and tried again.
  func moveDiscovery() async {
    do throws(NodeFailure) {
      try await answerDiscovery()
      isDiscoveryDue = false
    } catch {
      if !isDiscoveryDue { context.log.error("discovery stays where it was", ("reason", error.reason)) }
      isDiscoveryDue = true
    }
  }
}

extension AriacastReceiver.Config {
  /// What the receiver wants to be called.
  func name(on host: String, label: String) -> ReceiverName {
    ReceiverName(name.isEmpty ? "\(host) \(label)" : name)
  }
}

/// The name a receiver wants and the one it has on the network, where somebody else may have taken it. Any thread.
final class ReceiverNames: Sendable {
  private let state: PthreadLock<(wanted: ReceiverName, service: ServiceName)>

  init(_ name: ReceiverName) { state = PthreadLock((name, ServiceName(name.text))) }

  var wanted: ReceiverName { state.withLock { $0.wanted } }
  /// Where the publisher says which name is in force.
  var service: ServiceName { state.withLock { $0.service } }

  /// - Returns: Whether that is another name than before.
  func want(_ name: ReceiverName) -> Bool {
    state.withLock { state in
      guard state.wanted != name else { return false }
      state = (name, ServiceName(name.text))
      return true
    }
  }
}
