internal import RouterCore
internal import Synchronization

/// What all connections of one listening address share. Any thread; never the data path.
final class ListenerCore: Sendable {
  struct State {
    var table = RouteTable()
    var rule = AccessRule(served: [])
    var limits: ListenerLimits
    /// Union of what the nodes allow; peers outside are refused before their request is read.
    var allow: [AddressRange] = []
    var perAddress: [String: Int] = [:]
    var connections = 0
  }

  /// The address really bound.
  let address: PeerAddress
  let isTLS: Bool
  let metrics: WebMetrics
  let requests: Metric
  /// No further connections, and no kept ones.
  let isClosing = Atomic<Bool>(false)
  private let gauge: Metric
  private let accepted: Metric
  private let state: PthreadLock<State>
  private let wrap: @Sendable (Int32) -> sending (any Transport)?

  init(
    address: PeerAddress, isTLS: Bool, limits: ListenerLimits, metrics: WebMetrics,
    wrap: @escaping @Sendable (Int32) -> sending (any Transport)?
  ) {
    self.address = address
    self.isTLS = isTLS
    self.metrics = metrics
    self.wrap = wrap
    requests = metrics.requests(address.description)
    gauge = metrics.connections(address.description)
    accepted = metrics.accepted(address.description)
    state = PthreadLock(State(limits: limits))
  }

  /// Takes ownership of a connected socket; nil if TLS has no memory for it.
  func transport(_ descriptor: Int32) -> sending (any Transport)? { wrap(descriptor) }

  func update(table: RouteTable, allow: [AddressRange], limits: ListenerLimits) {
    state.withLock {
      $0.table = table
      $0.allow = allow
      $0.limits = limits
    }
  }

  func update(rule: AccessRule) { state.withLock { $0.rule = rule } }

  var limits: ListenerLimits { state.withLock { $0.limits } }
  var gate: RequestGate { state.withLock { RequestGate(table: $0.table, rule: $0.rule, isTLS: isTLS) } }

  /// Counts a new connection in, or says why not.
  func admit(_ peer: PeerAddress) -> Refusal? {
    let refusal: Refusal? = state.withLock { state in
      guard state.allow.contains(peer.host) else { return Refusal(403, "address is not allowed") }
      guard state.connections < state.limits.connections else { return Refusal(503, "too many connections") }
      let count = state.perAddress[peer.host, default: 0]
      guard peer.isLoopback || count < state.limits.connectionsPerAddress else {
        return Refusal(503, "too many connections from one address")
      }
      state.perAddress[peer.host] = count + 1
      state.connections += 1
      return nil
    }
    if let refusal {
      metrics.refused(refusal.reason)
    } else {
      accepted.add()
      gauge.add()
    }
    return refusal
  }

  /// Counts an admitted connection out.
  func left(_ peer: PeerAddress) {
    gauge.add(-1)
    state.withLock { state in
      state.connections -= 1
      let count = state.perAddress[peer.host, default: 1] - 1
      state.perAddress[peer.host] = count == 0 ? nil : count
    }
  }

  var connections: Int { state.withLock { $0.connections } }
}
