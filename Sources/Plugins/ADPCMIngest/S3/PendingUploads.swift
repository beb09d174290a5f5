import RouterCore

/// Paths that wait for a store. Any thread.
final class PendingPaths: Sendable {
  private let paths = PthreadLock<Set<String>>([])

  /// - Returns: whether it is new.
  @discardableResult
  func insert(_ path: String) -> Bool { paths.withLock { $0.insert(path).inserted } }

  /// - Returns: whether it was there.
  func remove(_ path: String) -> Bool { paths.withLock { $0.remove(path) != nil } }

  func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }
}

/// What waits in the lists of all uploaders of this process, for recorders that keep files until they are uploaded.
/// Any thread.
enum PendingUploads {
  private static let lists = PthreadLock<[PendingPaths]>([])

  /// From now on the uploader's list counts.
  static func add(_ list: PendingPaths) {
    lists.withLock { lists in if !lists.contains(where: { $0 === list }) { lists.append(list) } }
  }

  static func remove(_ list: PendingPaths) { lists.withLock { lists in lists.removeAll { $0 === list } } }

  /// Whether there are uploaders, and none waits to upload the file.
  static func isDone(_ path: String) -> Bool {
    lists.withLock { lists in !lists.isEmpty && !lists.contains { $0.contains(path) } }
  }
}
