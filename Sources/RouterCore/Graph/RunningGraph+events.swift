extension RunningGraph {
  /// Sends an event along every link of an output port. Unchanged state is not sent again.
  func emit(_ payload: any EventPayload, from port: PortReference, key: String, isWithdrawn: Bool) async {
    let event = Event(
      source: port.description, payload: payload, key: key, isWithdrawn: isWithdrawn, hops: EventHops.current)
    if type(of: payload).kind == .state, !keep(event, at: port) { return }
    await send(event, from: port)
  }

  /// - Returns: false if nothing changed.
  private func keep(_ event: Event, at port: PortReference) -> Bool {
    let known = states[port]?.firstIndex { $0.isSameState(as: event) }
    switch (known, event.isWithdrawn) {
    case (nil, true): return false
    case (let index?, true): states[port]?.remove(at: index)
    case (let index?, false):
      guard let old = states[port]?[index], !isEqual(old.payload, event.payload) else { return false }
      states[port]?[index] = event
    case (nil, false): states[port, default: []].append(event)
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

  func deliver(_ event: Event, to id: NodeID, on port: String) async {
    await nodes[id]?.supervisor?.node.receive(event, on: port)
  }
}

/// A node's handle on the graph it lives in.
struct NodeHandle: NodeGraph {
  // The graph outlives its nodes; it stops them before it goes.
  weak let graph: RunningGraph?
  let node: NodeID

  func open(_ offer: StreamOffer, on loop: Loop) async -> StreamID {
    await graph?.open(offer, from: node, on: loop) ?? 0
  }

  func close(_ stream: StreamID, _ end: StreamEnd) async { await graph?.close(stream, end) }

  func emit(_ payload: any EventPayload, on port: String, key: String) async {
    await graph?.emit(payload, from: PortReference(node: node, port: port), key: key, isWithdrawn: false)
  }

  func withdraw(_ payload: any EventPayload, on port: String, key: String) async {
    await graph?.emit(payload, from: PortReference(node: node, port: port), key: key, isWithdrawn: true)
  }
}
