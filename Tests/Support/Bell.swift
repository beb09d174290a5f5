internal import RouterCore

/// Rings whenever a log, a graph or a recording of a test was told something: what a test waits for in place of looking
/// again and again. Any thread.
public final class Bell: Sendable {
  public static let shared = Bell()
  private let listeners = PthreadLock<(lastID: Int, heard: [Int: @Sendable () -> Void])>((0, [:]))

  /// Calls `heard` at every ring, on the thread that rings, until ``ignore(_:)`` with the number returned.
  public func listen(_ heard: @escaping @Sendable () -> Void) -> Int {
    listeners.withLock { listeners in
      listeners.lastID += 1
      listeners.heard[listeners.lastID] = heard
      return listeners.lastID
    }
  }

  public func ignore(_ id: Int) { listeners.withLock { $0.heard[id] = nil } }

  func ring() {
    let heard = listeners.withLock { Array($0.heard.values) }
    for heard in heard { heard() }
  }
}
