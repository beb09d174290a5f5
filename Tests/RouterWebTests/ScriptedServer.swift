import Glibc
import RouterCore

@testable import RouterWeb

/// A server of the test: answers each connection's requests with fixed bytes, on a thread of its own.
final class ScriptedServer: Sendable {
  private let listener = LoopbackListener()
  private let seen = PthreadLock((requests: [String](), connections: 0))
  private let answer: @Sendable ([UInt8]) -> [UInt8]?
  var port: Int { listener.port }
  var requests: [String] { seen.withLock { $0.requests } }
  var connections: Int { seen.withLock { $0.connections } }

  /// - Parameter answer: What to say to a request (head and body); nil says nothing and keeps the connection.
  convenience init(_ answer: @escaping @Sendable (String) -> String?) {
    self.init(bytes: { answer(String(decoding: $0, as: UTF8.self)).map { Array($0.utf8) } })
  }

  /// - Parameter bytes: What to say to received bytes; nil says nothing, no bytes close the connection.
  init(bytes answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
    self.answer = answer
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    var id = pthread_t()
    unsafe pthread_create(&id, nil, scriptedServerMain, argument)
    pthread_detach(id)
  }

  func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  func stop() {
    _ = shutdown(listener.descriptor, Int32(SHUT_RDWR))
  }

  fileprivate func serve() {
    var sockets: [pollfd] = [pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)]
    while unsafe poll(&sockets, nfds_t(sockets.count), -1) > 0 {
      if sockets[0].revents != 0 {
        let new = listener.next()
        if new < 0 { break }
        seen.withLock { $0.connections += 1 }
        sockets.append(pollfd(fd: new, events: Int16(POLLIN), revents: 0))
      }
      let gone = sockets.dropFirst().filter { $0.revents != 0 && !handle($0.fd) }.map(\.fd)
      for descriptor in gone { close(descriptor) }
      sockets.removeAll { gone.contains($0.fd) }
    }
    for entry in sockets { close(entry.fd) }
  }

  /// One request as one read brings it. - Returns: false at the end.
  private func handle(_ descriptor: Int32) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return false }
    let received = Array(bytes[..<count])
    seen.withLock { $0.requests.append(String(decoding: received, as: UTF8.self)) }
    guard let out = answer(received) else { return true }
    guard !out.isEmpty else { return false }
    return unsafe send(descriptor, out, out.count, Int32(MSG_NOSIGNAL)) == out.count
  }
}

private nonisolated func scriptedServerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<ScriptedServer>.fromOpaque(argument).takeRetainedValue().serve()
  return nil
}
