/// A value that one thread hands over once and any number of tasks wait for. Any thread, never the data path.
public final class OneShot<Value: Sendable>: Sendable {
  private enum State {
    case open([CheckedContinuation<Value, Never>])
    case done(Value)
  }
  private let state = PthreadLock(State.open([]))

  public init() {}

  /// Hands the value over; a second call changes nothing.
  public func fulfil(_ value: Value) {
    let waiting: [CheckedContinuation<Value, Never>] = state.withLock { state in
      guard case .open(let waiting) = state else { return [] }
      state = .done(value)
      return waiting
    }
    for one in waiting { one.resume(returning: value) }
  }

  /// The value, as soon as it is there.
  public var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let ready: Value? = state.withLock { state in
          switch state {
          case .done(let value): return value
          case .open(let waiting):
            state = .open(waiting + [continuation])
            return nil
          }
        }
        if let ready { continuation.resume(returning: ready) }
      }
    }
  }
}
