/// UDP sockets shared by nodes: one socket per address, every lease answers each datagram once. Control side.
public protocol DatagramServer: Sendable {
  /// - Throws: `NodeFailure` `.blocked` if the address cannot be bound.
  func lease(
    on address: PeerAddress, by node: NodeID, answer: @escaping @Sendable (Datagram) -> [[UInt8]]
  ) async throws(NodeFailure) -> any DatagramLease
}

public protocol DatagramLease: Sendable {
  var address: PeerAddress { get }
  func release() async
}

/// One datagram that arrived.
public struct Datagram: Sendable {
  public var bytes: [UInt8]
  public var peer: PeerAddress
  /// Our IPv4 address that routes to the peer.
  public var localHost: String
  public init(bytes: [UInt8], peer: PeerAddress, localHost: String) {
    self.bytes = bytes
    self.peer = peer
    self.localHost = localHost
  }
}
