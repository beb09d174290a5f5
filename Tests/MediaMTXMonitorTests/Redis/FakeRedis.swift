import RouterCore
import Support

@testable import MediaMTXMonitor

/// A Redis server in memory: answers commands by a closure and keeps what was asked. Any thread.
final class FakeRedis: ByteStreamClient {
  private struct State {
    var commands: [[String]] = []
    var targets: [ByteStreamTarget] = []
    var peers: [FakeRedisPeer] = []
    var failure: HTTPFailure?
    var answer: @Sendable ([String]) -> String? = { _ in "+OK\r\n" }
    var waiters: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
  }
  private let state = PthreadLock(State())

  /// Every command so far.
  var commands: [[String]] { state.withLock { $0.commands } }
  var targets: [ByteStreamTarget] { state.withLock { $0.targets } }

  /// What to answer from now on, as it goes over the wire; nil says nothing.
  func answer(_ answer: @escaping @Sendable ([String]) -> String?) { state.withLock { $0.answer = answer } }
  /// Connections fail from now on.
  func fail(_ failure: HTTPFailure?) { state.withLock { $0.failure = failure } }

  /// Returns once so many commands have come.
  func wait(for count: Int) async {
    await withCheckedContinuation { wake in
      let isMet = state.withLock { state in
        if state.commands.count >= count { return true }
        state.waiters.append((count, wake))
        return false
      }
      if isMet { wake.resume() }
    }
  }

  /// Ends all connections, as a server that dies.
  func die(_ reason: String = "the server closed the connection") async {
    let peers = state.withLock { state in
      defer { state.peers = [] }
      return state.peers
    }
    for peer in peers { await peer.end(reason) }
  }

  func connect(
    to target: ByteStreamTarget, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any ByteStreamPeer) -> any ByteStreamHandler
  ) async throws(HTTPFailure) -> any ByteStreamPeer {
    let failure = state.withLock { state in
      state.targets.append(target)
      return state.failure
    }
    if let failure { throw failure }
    let peer = FakeRedisPeer(self, loop)
    await loop.perform { loop in peer.handler = handler(loop, peer) }
    state.withLock { $0.peers.append(peer) }
    return peer
  }

  fileprivate func replies(to commands: [[String]]) -> String {
    let (answer, due) = state.withLock { state in
      state.commands += commands
      let count = state.commands.count
      let due = state.waiters.filter { $0.count <= count }.map(\.wake)
      state.waiters.removeAll { $0.count <= count }
      return (state.answer, due)
    }
    let text = commands.compactMap(answer).joined()
    for wake in due { wake.resume() }
    return text
  }
}

/// One connection. `@unchecked Sendable`: `handler` is touched on the loop only.
final class FakeRedisPeer: ByteStreamPeer, @unchecked Sendable {
  let address = PeerAddress(host: "127.0.0.1", port: 6379)
  var handler: (any ByteStreamHandler)?
  private let server: FakeRedis
  private let loop: Loop
  private let outgoing = PthreadLock<[[UInt8]]>([])

  init(_ server: FakeRedis, _ loop: Loop) {
    self.server = server
    self.loop = loop
  }

  func send(_ bytes: [UInt8]) -> Bool {
    outgoing.withLock { $0.append(bytes) }
    Task { await deliver() }
    return true
  }

  func close() { Task { await end(nil) } }

  func end(_ reason: String?) async {
    await loop.perform { loop in
      let told = handler
      handler = nil
      told?.closed(reason, on: loop)
    }
  }

  /// A command is written as a list of texts, which is what a reader of replies reads, too.
  private func deliver() async {
    await loop.perform { loop in
      let taken = outgoing.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      let commands = RedisReplyReader().feed(taken.flatMap { $0 }) ?? []
      let text = server.replies(to: commands.map(\.texts))
      let answer = Array(text.utf8)
      _ = unsafe handler?.receive(answer.span.bytes, on: loop)
    }
  }
}

extension RedisReply {
  /// The texts of a list.
  var texts: [String] {
    guard case .array(let items) = self else { return [] }
    return items.map { if case .bytes(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { "?" } }
  }
}

extension RedisReplyReader {
  func feed(_ bytes: [UInt8]) -> [RedisReply]? { unsafe feed(bytes.span.bytes) }
}
