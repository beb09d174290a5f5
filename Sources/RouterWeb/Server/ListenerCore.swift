internal import RouterCore
internal import Synchronization

/// What all connections of one listening address share. Any thread; never the data path.
final class ListenerCore: Sendable {
  struct State {
    var table = RouteTable()
    var rule = AccessRule(served: [])
    var limits: ListenerLimits
    /// Union of what the nodes allow.
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
  var gate: RequestGate {
    state.withLock { RequestGate(table: $0.table, rule: $0.rule, allow: $0.allow, isTLS: isTLS) }
  }

  /// What is done with a new connection.
  enum Admission: Equatable {
    case welcome
    /// It is counted in, told why, and ended.
    case refuse(Refusal)
    /// There are too many even to tell them; it is not counted in.
    case drop
  }

  /// Connections above the limit that are told so at any one time.
  private static let refusedAtOnce = 64

  /// Counts a new connection in, or says why not.
  func admit(_ peer: PeerAddress) -> Admission {
    let admission: Admission = state.withLock { state in
      guard state.connections < state.limits.connections + ListenerCore.refusedAtOnce else { return .drop }
      let count = state.perAddress[peer.host, default: 0]
      state.perAddress[peer.host] = count + 1
      state.connections += 1
      if state.connections > state.limits.connections { return .refuse(Refusal(503, "too many connections")) }
      guard peer.isLoopback || count < state.limits.connectionsPerAddress else {
        return .refuse(Refusal(503, "too many connections from one address"))
      }
      return .welcome
    }
    accepted.add()
    switch admission {
    case .welcome: gauge.add()
    case .refuse: gauge.add()
    case .drop: metrics.refused("too many connections")
    }
    return admission
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
