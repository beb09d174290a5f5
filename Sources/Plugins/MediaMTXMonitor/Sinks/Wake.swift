import RouterCore

/// Wakes the one task of a node that waits for work. Any thread.
///
/// A wake that finds nobody waiting is kept; several are one.
final class Wake: Sendable {
  private struct State {
    var isRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = PthreadLock(State())

  func ring() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      state.isRung = state.waiter == nil
      return state.waiter
    }
    waiter?.resume()
  }

  /// Returns after a ring, or when `deadline` has come or the task is cancelled.
  func wait(until deadline: Instant, on time: any TimeSource) async {
    let alarm = Task {
      do { try await time.sleep(until: deadline) } catch { return }
      ring()
    }
    defer { alarm.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let isRung = state.withLock { state in
          defer { state.isRung = false }
          if !state.isRung { state.waiter = waiter }
          return state.isRung
        }
        if isRung { waiter.resume() }
      }
    } onCancel: {
      ring()
    }
  }
}
