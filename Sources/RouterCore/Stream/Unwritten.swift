/// What sinks of one stream have taken and not yet put where it belongs: how a source learns that its last packet is
/// written, before it answers its sender's goodbye. Any thread; not on the data path.
public final class Unwritten: Sendable {
  private struct State {
    var sinks = 0
    var waiters: [@Sendable () -> Void] = []
  }
  private let state = PthreadLock(State())

  public init() {}

  /// A sink with a writer of its own takes the stream. Control side, when its stage is made.
  public func begin() { state.withLock { $0.sinks += 1 } }

  /// That sink has written everything, after its stage has ended. Once for each ``begin()``.
  public func end() {
    let due = state.withLock { state -> [@Sendable () -> Void] in
      precondition(state.sinks > 0, "more sinks have ended than began")
      state.sinks -= 1
      guard state.sinks == 0 else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for body in due { body() }
  }

  /// Calls `body` once nothing is left to write, at once if that is so; on any thread.
  public func whenNone(_ body: @escaping @Sendable () -> Void) {
    let isNone = state.withLock { state in
      if state.sinks > 0 { state.waiters.append(body) }
      return state.sinks == 0
    }
    if isNone { body() }
  }
}
