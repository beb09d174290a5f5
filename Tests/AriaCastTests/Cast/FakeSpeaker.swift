import RouterCore
import Support

@testable import AriaCast

/// A speaker without a socket: greets on `/audio`, keeps what it is sent, says what a test wants it to say.
final class FakeSpeaker: WebSocketClient {
  private struct State {
    var lines: [Line] = []
    var failures: [String: HTTPFailure] = [:]
    var greetings = ["/audio": Handshake.ready]
  }
  private let state = PthreadLock(State())

  /// Connections to a route so far.
  func lines(_ path: String) -> [Line] { state.withLock { $0.lines.filter { $0.url.hasSuffix(path) } } }
  var audio: Line? { lines("/audio").last }
  var control: Line? { lines("/control").last }
  /// What the next connections to a route are refused with; nil lets them in.
  func refuse(_ path: String, _ failure: HTTPFailure?) { state.withLock { $0.failures[path] = failure } }
  func greet(_ path: String, _ text: String) { state.withLock { $0.greetings[path] = text } }

  static func refusal(_ status: Int) -> HTTPFailure {
    HTTPFailure(.broken, "the server answers \(status)", status: status)
  }

  func connect(
    to url: String, fields: HTTPFields, subprotocols: [String], messageLimit: Int, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) async throws(HTTPFailure) -> any WebSocketPeer {
    let line = Line(url: url, loop: loop)
    let (failure, greeting) = state.withLock { state -> (HTTPFailure?, String?) in
      if let failure = state.failures.first(where: { url.hasSuffix($0.key) }) { return (failure.value, nil) }
      state.lines.append(line)
      return (nil, state.greetings.first { url.hasSuffix($0.key) }?.value)
    }
    if let failure { throw failure }
    await line.attach(handler)
    if let greeting { await line.say(greeting) }
    return line
  }

  /// One connection.
  final class Line: WebSocketPeer {
    let url: String
    let address = PeerAddress(host: "127.0.0.1", port: 12_889)
    private let loop: Loop
    private let box = HandlerBox()
    private let state = PthreadLock<(sent: [[UInt8]], close: UInt16?, isFull: Bool)>(([], nil, false))

    /// Holds the handler. Unchecked because it is touched on the loop only.
    private final class HandlerBox: @unchecked Sendable {
      var handler: (any WebSocketHandler)?
    }

    init(url: String, loop: Loop) {
      self.url = url
      self.loop = loop
    }

    /// Binary messages so far.
    var sent: [[UInt8]] { state.withLock { $0.sent } }
    /// The code we said goodbye with.
    var closed: UInt16? { state.withLock { $0.close } }
    var isFull: Bool {
      get { state.withLock { $0.isFull } }
      set { state.withLock { $0.isFull = newValue } }
    }

    fileprivate func attach(_ make: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler)
      async
    {
      await loop.perform { [box] loop in box.handler = make(loop, self) }
    }

    /// The speaker says a text.
    func say(_ text: String) async {
      let bytes = Array(text.utf8)
      await loop.perform { [box] loop in
        _ = unsafe box.handler?.message(
          WebSocketLoan(payload: bytes.span.bytes, isText: true, arrival: loop.time.now), on: loop)
      }
    }

    /// The speaker ends the connection.
    func end(code: UInt16, reason: String = "") async {
      await loop.perform { [box] loop in
        box.handler?.closed(code: code, reason: reason, on: loop)
        box.handler = nil
      }
    }

    func send(_ message: WebSocketMessage) -> Bool {
      guard case .binary(let bytes) = message else { return false }
      return state.withLock { state in
        if state.isFull || state.close != nil { return false }
        state.sent.append(bytes)
        return true
      }
    }

    func close(code: UInt16, reason: String) {
      state.withLock { $0.close = $0.close ?? code }
      Task { await end(code: code) }
    }

    func resume() {}
  }
}

/// Finds what a test says.
final class FakeFinder: SpeakerFinder {
  private let found: [FoundSpeaker]
  private let asked = PthreadLock<[SpeakerQuery]>([])

  init(_ found: [FoundSpeaker] = []) { self.found = found }

  var queries: [SpeakerQuery] { asked.withLock { $0 } }

  func find(_ query: SpeakerQuery) async -> SpeakerSearchResult {
    asked.withLock { $0.append(query) }
    return SpeakerSearchResult(list: SpeakerList(found), notes: ["mDNS was not asked: Daemon not running"])
  }
}
