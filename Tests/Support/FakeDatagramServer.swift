public import RouterCore

/// UDP without sockets: keeps the leases, and lets a test hand them datagrams.
public final class FakeDatagramServer: DatagramServer {
  private let state = PthreadLock<(leases: [FakeDatagramLease], failure: NodeFailure?)>(([], nil))

  public init() {}

  public var leases: [FakeDatagramLease] { state.withLock { $0.leases } }
  /// What the next leases are refused with.
  public var failure: NodeFailure? {
    get { state.withLock { $0.failure } }
    set { state.withLock { $0.failure = newValue } }
  }

  public func lease(
    on address: PeerAddress, by node: NodeID, answer: @escaping @Sendable (Datagram) -> [[UInt8]]
  ) async throws(NodeFailure) -> any DatagramLease {
    if let failure { throw failure }
    return state.withLock { state in
      let lease = FakeDatagramLease(address: address, node: node, answer: answer)
      state.leases.append(lease)
      return lease
    }
  }

  /// What every lease that is still held answers to `bytes`.
  public func deliver(
    _ bytes: [UInt8], from peer: PeerAddress = PeerAddress(host: "127.0.0.1", port: 5000),
    localHost: String = "127.0.0.1"
  ) -> [[UInt8]] {
    leases.filter { !$0.isReleased }.flatMap { $0.answer(Datagram(bytes: bytes, peer: peer, localHost: localHost)) }
  }
}

/// A datagram socket held by one node of a test.
public final class FakeDatagramLease: DatagramLease {
  public let address: PeerAddress
  public let node: NodeID
  let answer: @Sendable (Datagram) -> [[UInt8]]
  private let released = PthreadLock(false)

  init(address: PeerAddress, node: NodeID, answer: @escaping @Sendable (Datagram) -> [[UInt8]]) {
    self.address = address
    self.node = node
    self.answer = answer
  }

  public var isReleased: Bool { released.withLock { $0 } }
  public func release() async { released.withLock { $0 = true } }
}
