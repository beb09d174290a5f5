/// Opens once and stays open: for a task that waits until a loop, or its own cancelling, tells it to go on. Any thread.
final class Latch: Sendable {
  private enum State {
    case closed([CheckedContinuation<Void, Never>])
    case open
  }
  private let state = PthreadLock(State.closed([]))

  /// Opens the latch; opening it again changes nothing.
  func open() {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard case .closed(let waiting) = state else { return [] }
      state = .open
      return waiting
    }
    for task in waiting { task.resume() }
  }

  /// Returns once the latch is open, or the task is cancelled, which opens it.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { task in
        let isOpen = state.withLock { state in
          guard case .closed(let waiting) = state else { return true }
          state = .closed(waiting + [task])
          return false
        }
        if isOpen { task.resume() }
      }
    } onCancel: {
      open()
    }
  }
}
