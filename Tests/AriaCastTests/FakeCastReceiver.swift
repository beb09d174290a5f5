import RouterCore
import Support

@testable import AriaCast

/// A clock that jumps to whatever instant is waited for. Any thread.
final class LeapingTime: TimeSource {
  private let state = PthreadLock(Instant(nanoseconds: 1_000_000_000))
  var now: Instant { state.withLock { $0 } }
  func sleep(until instant: Instant) async throws(CancellationError) {
    if Task.isCancelled { throw CancellationError() }
    state.withLock { $0 = max($0, instant) }
  }
}

/// A receiver without a socket: greets, keeps what is sent and when.
final class FakeCastReceiver: WebSocketClient {
  let greeting: String?
  let failure: HTTPFailure?
  let peer: Peer
  private let urls = PthreadLock<[String]>([])

  init(greeting: String? = Handshake.ready, failure: HTTPFailure? = nil, refusals: Int = 0, time: any TimeSource) {
    self.greeting = greeting
    self.failure = failure
    peer = Peer(time: time, refusals: refusals)
  }

  var dialled: [String] { urls.withLock { $0 } }

  func connect(
    to url: String, fields: HTTPFields, subprotocols: [String], messageLimit: Int, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) async throws(HTTPFailure) -> any WebSocketPeer {
    urls.withLock { $0.append(url) }
    if let failure { throw failure }
    await loop.perform { [peer, greeting] loop in
      let half = handler(loop, peer)
      guard let greeting else { return }
      let bytes = Array(greeting.utf8)
      _ = unsafe half.message(
        WebSocketLoan(payload: bytes.span.bytes, isText: true, arrival: loop.time.now), on: loop)
    }
    return peer
  }

  /// Keeps messages with the time they were sent; its queue is full for the first few.
  final class Peer: WebSocketPeer {
    let address = PeerAddress(host: "127.0.0.1", port: 12_889)
    private let time: any TimeSource
    private let state: PthreadLock<(sent: [(at: Instant, bytes: [UInt8])], refusals: Int, closes: [UInt16])>

    init(time: any TimeSource, refusals: Int) {
      self.time = time
      state = PthreadLock(([], refusals, []))
    }

    var sent: [(at: Instant, bytes: [UInt8])] { state.withLock { $0.sent } }
    var closes: [UInt16] { state.withLock { $0.closes } }

    func send(_ message: WebSocketMessage) -> Bool {
      let now = time.now
      return state.withLock { state in
        if state.refusals > 0 {
          state.refusals -= 1
          return false
        }
        if case .binary(let bytes) = message { state.sent.append((now, bytes)) }
        return true
      }
    }
    func close(code: UInt16, reason: String) { state.withLock { $0.closes.append(code) } }
    func resume() {}
  }
}
