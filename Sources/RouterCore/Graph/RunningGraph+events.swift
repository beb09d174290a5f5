extension RunningGraph {
  /// Sends an event along every link of an output port. Unchanged state is not sent again.
  func emit(_ payload: any EventPayload, from port: PortReference, key: String, isWithdrawn: Bool) async {
    guard let instance = nodes[port.node]?.instance else { return }
    await emit(payload, from: instance, on: port.port, key: key, isWithdrawn: isWithdrawn)
  }

  func emit(
    _ payload: any EventPayload, from instance: NodeInstance, on name: String, key: String, isWithdrawn: Bool
  ) async {
    let said = HeldEvent(payload: payload, port: name, key: key, isWithdrawn: isWithdrawn, hops: EventHops.current)
    if !hold(said, from: instance) { await tell(said, from: instance) }
  }

  func tell(_ said: HeldEvent, from instance: NodeInstance) async {
    // A node that was replaced takes back what nobody has said anew; it says nothing more.
    guard instance.role == .current || said.isWithdrawn else { return }
    let port = PortReference(node: instance.id, port: said.port)
    let event = Event(
      source: port.description, payload: said.payload, key: said.key, isWithdrawn: said.isWithdrawn, hops: said.hops)
    if type(of: said.payload).kind == .state, !keep(event, at: port, by: instance) { return }
    await send(event, from: port)
  }

  /// - Returns: false if nothing changed.
  private func keep(_ event: Event, at port: PortReference, by owner: NodeInstance) -> Bool {
    let known = states[port]?.firstIndex { $0.event.isSameState(as: event) }
    switch (known, event.isWithdrawn) {
    case (nil, true): return false
    case (let index?, true):
      guard let state = states[port]?[index], state.owner === owner else { return false }
      states[port]?.remove(at: index)
    case (let index?, false):
      guard let old = states[port]?[index] else { return false }
      states[port]?[index] = KeptState(event: event, owner: owner)
      return !isEqual(old.event.payload, event.payload)
    case (nil, false): states[port, default: []].append(KeptState(event: event, owner: owner))
    }
    return true
  }

  private func isEqual<P: EventPayload>(_ a: P, _ b: any EventPayload) -> Bool { a == (b as? P) }

  private func send(_ event: Event, from port: PortReference) async {
    guard event.hops < EventHops.limit else { return }
    for link in links where link.kind == .event && link.from == port {
      pastTraffic[link.id, default: Traffic()].packets += 1
      await nodes[link.to.node]?.mailbox.put(event.passed(), on: link.to.port)
    }
  }

  /// Returns when every event said so far was taken, and every event said by those who took it.
  public func drainEvents() async {
    var wasBusy = true
    while wasBusy {
      wasBusy = false
      for mailbox in nodes.values.map(\.mailbox) where await mailbox.drain() { wasBusy = true }
    }
  }

  /// The state events that hold, by output port in the order of their names.
  public func standingStates() -> [(port: PortReference, payload: any EventPayload)] {
    states.sorted { $0.key.description < $1.key.description }.flatMap { port, kept in
      kept.map { (port, $0.event.payload) }
    }
  }

  func deliver(_ event: Event, to id: NodeID, on port: String) async {
    await nodes[id]?.supervisor?.node.receive(event, on: port)
  }

  /// Takes back every state a node still holds, as it is no more.
  func withdrawStates(of owner: NodeInstance) async {
    for (port, kept) in states {
      for state in kept where state.owner === owner {
        states[port]?.removeAll { $0.event.isSameState(as: state.event) }
        await send(state.event.withdrawn, from: port)
      }
    }
  }
}

extension Event {
  /// The same, taken back.
  var withdrawn: Event { Event(source: source, payload: payload, key: key, isWithdrawn: true, hops: hops) }
}

/// A node's handle on the graph it lives in.
struct NodeHandle: NodeGraph {
  // The graph outlives its nodes; it stops them before it goes.
  weak let graph: RunningGraph?
  let instance: NodeInstance

  func open(_ offer: StreamOffer, on loop: Loop) async -> StreamID {
    await graph?.open(offer, from: instance, on: loop) ?? 0
  }

  func close(_ stream: StreamID, _ end: StreamEnd) async { await graph?.close(stream, end) }

  func emit(_ payload: any EventPayload, on port: String, key: String) async {
    await graph?.emit(payload, from: instance, on: port, key: key, isWithdrawn: false)
  }

  func withdraw(_ payload: any EventPayload, on port: String, key: String) async {
    await graph?.emit(payload, from: instance, on: port, key: key, isWithdrawn: true)
  }
}
