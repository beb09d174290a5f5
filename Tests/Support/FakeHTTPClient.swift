public import RouterCore

/// An HTTP client that answers from a closure and keeps what was asked.
public final class FakeHTTPClient: HTTPClient {
  private struct State {
    var calls: [HTTPCall] = []
    var answer: @Sendable (HTTPCall) throws(HTTPFailure) -> HTTPAnswer = { _ throws(HTTPFailure) in
      throw HTTPFailure(.connect, "nobody is there")
    }
  }
  private let state = PthreadLock(State())

  public init() {}

  public var calls: [HTTPCall] { state.withLock { $0.calls } }

  /// Answers from now on.
  public func answer(_ answer: @escaping @Sendable (HTTPCall) throws(HTTPFailure) -> HTTPAnswer) {
    state.withLock { $0.answer = answer }
  }

  public func send(_ request: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
    let answer = state.withLock { state in
      state.calls.append(request)
      return state.answer
    }
    return try answer(request)
  }
}
