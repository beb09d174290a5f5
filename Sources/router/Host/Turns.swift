/// One after the other, also across awaits: a place in the queue for whatever must not overlap. Confined to its owner.
struct Turns {
  private var isTaken = false
  private var queue: [CheckedContinuation<Void, Never>] = []

  /// - Returns: true if the turn is ours at once; else wait by `enqueue`.
  mutating func take() -> Bool {
    defer { isTaken = true }
    return !isTaken
  }

  mutating func enqueue(_ waiting: CheckedContinuation<Void, Never>) { queue.append(waiting) }

  /// Hands the turn to whoever waits longest.
  mutating func end() {
    if queue.isEmpty { isTaken = false } else { queue.removeFirst().resume() }
  }
}
