/// What a node said before the rewire that brings it was done.
struct HeldEvent {
  let payload: any EventPayload
  let port: String
  let key: String
  let isWithdrawn: Bool
  let hops: Int
}

extension RunningGraph {
  /// Keeps what a node says that is no part of the graph yet, so that preparing never waits for the end of the rewire
  /// that waits for it.
  /// - Returns: false if the node may speak for itself.
  func hold(_ event: HeldEvent, from instance: NodeInstance) -> Bool {
    let key = ObjectIdentifier(instance)
    // What is said while the kept is being told queues up behind it.
    guard instance.role == .pending || held[key] != nil else { return false }
    held[key, default: []].append(event)
    return true
  }

  /// Tells what a node said before it became part of the graph, in order.
  func tellHeld(from instance: NodeInstance) async {
    let key = ObjectIdentifier(instance)
    while let event = held[key]?.first {
      held[key]?.removeFirst()
      await tell(event, from: instance)
    }
    held[key] = nil
  }

  /// The rewire is refused: nobody will ever hear it.
  func forgetHeld(from instance: NodeInstance) { held[ObjectIdentifier(instance)] = nil }
}
