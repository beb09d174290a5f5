/// The texts of the last revisions, for undo and redo. Pure.
struct DocumentHistory: Sendable, Equatable {
  /// Revisions that can be undone.
  static let limit = 50

  private(set) var current: [UInt8]
  /// Oldest first.
  private var past: [[UInt8]] = []
  /// The next one last.
  private var future: [[UInt8]] = []

  /// - Parameter current: The text that runs.
  init(current: [UInt8]) { self.current = current }

  /// What `undo` would bring back; nil at the beginning.
  var previous: [UInt8]? { past.last }
  /// What `redo` would bring back; nil where nothing was undone.
  var next: [UInt8]? { future.last }
  var undoCount: Int { past.count }
  var redoCount: Int { future.count }

  /// A new text runs: it can be undone, and what was undone is gone. The text that runs already changes nothing.
  mutating func push(_ text: [UInt8]) {
    guard text != current else { return }
    past.append(current)
    if past.count > Self.limit { past.removeFirst() }
    future = []
    current = text
  }

  /// The text before runs again. Look at `previous` first, and call this when it does.
  /// - Returns: `current` now; nil if there was none before.
  @discardableResult mutating func undo() -> [UInt8]? {
    guard let text = past.popLast() else { return nil }
    future.append(current)
    current = text
    return text
  }

  /// The text that was undone runs again. Look at `next` first, and call this when it does.
  /// - Returns: `current` now; nil if nothing was undone.
  @discardableResult mutating func redo() -> [UInt8]? {
    guard let text = future.popLast() else { return nil }
    past.append(current)
    current = text
    return text
  }
}
