internal import CLinux
internal import Glibc
internal import RouterCore

/// UDP sockets by address, each shared by the nodes that lease it. Control side.
///
/// A later lease of the same node takes the place of the earlier one, so that a replaced node never answers twice.
actor DatagramListeners: DatagramServer {
  typealias Answer = @Sendable (Datagram) -> [[UInt8]]

  private struct Lease {
    let id: UInt64
    let node: NodeID
    let answer: Answer
  }

  private struct Listener {
    let address: PeerAddress
    let core: DatagramCore
    var leases: [Lease]
  }

  private let shard: ShardHandle
  private let metrics: MetricRegistry
  private var listeners: [Listener] = []
  private var lastLease: UInt64 = 0

  init(shard: ShardHandle, metrics: MetricRegistry) {
    self.shard = shard
    self.metrics = metrics
  }

  func lease(
    on address: PeerAddress, by node: NodeID, answer: @escaping Answer
  ) async throws(NodeFailure) -> any DatagramLease {
    lastLease += 1
    let lease = Lease(id: lastLease, node: node, answer: answer)
    if address.port != 0, let index = listeners.firstIndex(where: { $0.address == address }) {
      listeners[index].leases.append(lease)
      publish(index)
      return HeldDatagramLease(server: self, id: lease.id, address: address)
    }
    let descriptor = try DatagramListeners.open(address)
    let core = DatagramCore(descriptor: descriptor, metrics: metrics)
    let bound = SocketAddress.local(of: descriptor)
    listeners.append(Listener(address: bound, core: core, leases: [lease]))
    publish(listeners.count - 1)
    await shard.perform { loop, _ in DatagramSocket(core).start(on: loop) }
    return HeldDatagramLease(server: self, id: lease.id, address: bound)
  }

  func release(_ id: UInt64) async {
    guard let index = listeners.firstIndex(where: { $0.leases.contains { $0.id == id } }) else { return }
    listeners[index].leases.removeAll { $0.id == id }
    publish(index)
    guard listeners[index].leases.isEmpty else { return }
    let core = listeners.remove(at: index).core
    await shard.perform { loop, _ in core.close(on: loop) }
  }

  /// Closes every socket.
  func stop() async {
    let all = listeners
    listeners = []
    for listener in all { await shard.perform { loop, _ in listener.core.close(on: loop) } }
  }

  /// One answer per node: its latest lease.
  private func publish(_ index: Int) {
    var answers: [(node: NodeID, answer: Answer)] = []
    for lease in listeners[index].leases {
      answers.removeAll { $0.node == lease.node }
      answers.append((lease.node, lease.answer))
    }
    listeners[index].core.set(answers.map(\.answer))
  }

  private static func open(_ listen: PeerAddress) throws(NodeFailure) -> Int32 {
    guard let address = SocketAddress(host: listen.host == "localhost" ? "127.0.0.1" : listen.host, port: listen.port)
    else { throw NodeFailure(.blocked, "cannot listen on \(listen): not a numeric address") }
    let descriptor = clinux_socket(address.family, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw ListeningSocket.failure("socket", listen, errno) }
    SocketOption.reuseAddress(descriptor)
    SocketOption.reusePort(descriptor)
    SocketOption.broadcast(descriptor)
    if address.family == AF_INET6 { SocketOption.dualStack(descriptor) }
    guard unsafe address.with({ unsafe bind(descriptor, $0, $1) }) == 0 else {
      let code = errno
      _ = Glibc.close(descriptor)
      throw ListeningSocket.failure("bind", listen, code)
    }
    return descriptor
  }
}

/// A node's hold on a datagram socket.
private struct HeldDatagramLease: DatagramLease {
  let server: DatagramListeners
  let id: UInt64
  let address: PeerAddress
  func release() async { await server.release(id) }
}
