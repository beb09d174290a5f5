public import RouterCore

/// A monotonic clock that a test moves by hand. Any thread.
public final class ManualTime: TimeSource {
  private struct Sleeper {
    var id: Int
    var instant: Instant
    var wake: CheckedContinuation<Bool, Never>
  }
  private struct Watcher {
    var count: Int
    var wake: CheckedContinuation<Void, Never>
  }
  private struct State {
    var now: Instant
    var lastID = 0
    var sleepers: [Sleeper] = []
    var watchers: [Watcher] = []
    var cancelled: Set<Int> = []
  }
  private let state: PthreadLock<State>

  public init(_ start: Instant = Instant(nanoseconds: 1_000_000_000)) { state = PthreadLock(State(now: start)) }

  public var now: Instant { state.withLock { $0.now } }

  /// Moves the clock and wakes who slept until then, the earliest first.
  public func advance(by step: Duration) {
    let due = state.withLock { state -> [Sleeper] in
      let now = state.now + step
      state.now = now
      let due = state.sleepers.filter { $0.instant <= now }.sorted { $0.instant < $1.instant }
      state.sleepers.removeAll { $0.instant <= now }
      return due
    }
    for sleeper in due { sleeper.wake.resume(returning: true) }
  }

  /// Returns once `count` tasks or more sleep on this clock.
  public func waitForSleepers(_ count: Int = 1) async {
    await withCheckedContinuation { wake in
      let enough = state.withLock { state in
        if state.sleepers.count >= count { return true }
        state.watchers.append(Watcher(count: count, wake: wake))
        return false
      }
      if enough { wake.resume() }
    }
  }

  public func sleep(until instant: Instant) async throws(CancellationError) {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let isOver = await withTaskCancellationHandler {
      await withCheckedContinuation { wait(id: id, until: instant, $0) }
    } onCancel: {
      cancel(id)
    }
    if !isOver { throw CancellationError() }
  }

  private func wait(id: Int, until instant: Instant, _ wake: CheckedContinuation<Bool, Never>) {
    let (answer, watchers) = state.withLock { state -> (Bool?, [Watcher]) in
      if state.cancelled.remove(id) != nil { return (false, []) }
      if instant <= state.now { return (true, []) }
      state.sleepers.append(Sleeper(id: id, instant: instant, wake: wake))
      let count = state.sleepers.count
      let watchers = state.watchers.filter { $0.count <= count }
      state.watchers.removeAll { $0.count <= count }
      return (nil, watchers)
    }
    if let answer { wake.resume(returning: answer) }
    for watcher in watchers { watcher.wake.resume() }
  }

  private func cancel(_ id: Int) {
    let sleeper = state.withLock { state -> Sleeper? in
      guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
        state.cancelled.insert(id)
        return nil
      }
      return state.sleepers.remove(at: index)
    }
    sleeper?.wake.resume(returning: false)
  }
}
