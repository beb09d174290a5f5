internal import CLinux
internal import Glibc
internal import RouterCore
internal import Synchronization

/// Takes connections off one listening socket and spreads them over the shards. Confined to its loop.
final class Acceptor: ReadinessHandler {
  /// Connections taken before the loop's other work has its turn.
  private static let budget = 64
  /// Rest when the kernel is out of memory for sockets.
  private static let rest = Duration.milliseconds(100)
  private static let lastID = Atomic<ConnectionID>(0)

  let core: ListenerCore
  private let descriptor: Int32
  private let shards: [ShardHandle]
  private var watch: Watch?
  /// Given up for a moment when the process has no descriptor left, so that a connection can be refused.
  private var spare: Int32

  /// - Parameter descriptor: Listens already; owned from now on.
  init(core: ListenerCore, descriptor: Int32, shards: [ShardHandle]) {
    self.core = core
    self.descriptor = descriptor
    self.shards = shards
    spare = Acceptor.openSpare()
  }

  func start(on loop: isolated Loop) throws(SystemError) { watch = try loop.watch(descriptor, for: .read, self) }

  func stop(on loop: isolated Loop) {
    if let watch { loop.unwatch(watch) }
    watch = nil
    _ = close(descriptor)
    if spare >= 0 { _ = close(spare) }
  }

  func ready(_ what: Readiness, on loop: isolated Loop) {
    for _ in 0..<Acceptor.budget {
      var address = SocketAddress()
      let socket = unsafe address.fill { pointer, length in unsafe clinux_accept(descriptor, pointer, length) }
      guard socket < 0 else {
        welcome(socket, address.peer)
        continue
      }
      switch errno {
      case EINTR, ECONNABORTED, EPROTO: continue
      case EMFILE, ENFILE:
        guard refuseWithSpare() else { return pause(on: loop) }
      case ENOBUFS, ENOMEM: return pause(on: loop)
      default: return
      }
    }
  }

  private func welcome(_ socket: Int32, _ peer: PeerAddress) {
    let admission = core.admit(peer)
    guard admission != .drop, let shard = shards.min(by: { load($0) < load($1) }) else {
      _ = close(socket)
      return
    }
    shard.load.add(1, ordering: .relaxed)
    let id = Acceptor.lastID.add(1, ordering: .relaxed).newValue
    let core = core
    shard.post { loop, shard in
      guard let transport = core.transport(socket) else {
        shard.handle.load.subtract(1, ordering: .relaxed)
        return core.left(peer)
      }
      let connection = Connection(
        id: id, transport: transport, listener: core, shard: shard, peer: peer, at: loop.time.now)
      connection.open(on: loop)
      if case .refuse(let refusal) = admission { connection.refuse(refusal, on: loop) }
    }
  }

  private func load(_ shard: ShardHandle) -> Int { shard.load.load(ordering: .relaxed) }

  /// Without this the connection would stay in the queue and the loop would spin.
  private func refuseWithSpare() -> Bool {
    guard spare >= 0 else { return false }
    _ = close(spare)
    let socket = accept(descriptor, nil, nil)
    if socket >= 0 { _ = close(socket) }
    core.metrics.refused("no descriptor left")
    spare = Acceptor.openSpare()
    return socket >= 0
  }

  private func pause(on loop: isolated Loop) {
    guard let watch else { return }
    core.metrics.refused("no memory for sockets")
    loop.change(watch, to: [])
    if spare < 0 { spare = Acceptor.openSpare() }
    loop.schedule(at: loop.time.now + Acceptor.rest) { loop in loop.change(watch, to: .read) }
  }

  private static func openSpare() -> Int32 { unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
}
