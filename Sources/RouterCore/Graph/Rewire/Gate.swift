/// Lets any number pass while it is open; whoever closes it waits until those inside have left. Control side.
actor Gate {
  private var inside = 0
  private var isClosed = false
  private var outside: [CheckedContinuation<Void, Never>] = []
  private var closer: CheckedContinuation<Void, Never>?

  /// Waits until the gate is open and `condition` holds, which is asked anew whenever the gate opens.
  /// - Returns: false if the task was cancelled meanwhile; then it is not inside.
  func enter(waitingFor condition: @Sendable () -> Bool = { true }) async -> Bool {
    while isClosed || !condition() {
      if Task.isCancelled { return false }
      await withCheckedContinuation { outside.append($0) }
    }
    inside += 1
    return true
  }

  func leave() {
    inside -= 1
    if inside == 0 { closer.take()?.resume() }
  }

  /// Lets nobody in any more and returns when all have left. One closer at a time.
  func close() async {
    isClosed = true
    if inside > 0 { await withCheckedContinuation { closer = $0 } }
  }

  /// Opens the gate, or asks everybody who waits once more.
  func open() {
    isClosed = false
    let waiting = outside
    outside = []
    for task in waiting { task.resume() }
  }
}
