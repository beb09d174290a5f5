/// What a rewire may do.
public struct RewireOptions: Sendable {
  /// Length of the overlap where a live path changes; 0 to 20 ms.
  public var crossfade: Duration = .milliseconds(5)
  /// The successor of a running node may wait for what it misses.
  public var isForced = false
  /// How long a new node may take to prepare, and an old one to stop.
  public var deadline: Duration = .seconds(5)

  public init() {}
}

/// Why a rewire was refused: graph and file are as they were.
public struct RewireRefusal: Error, Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// A taken port, a missing permission, an unwritable folder.
    case blocked
    /// The successor of a running node would have to wait; may be forced.
    case wouldWait
    /// A node failed or was not ready in time.
    case failed
    /// The document could not be written.
    case notSaved
    /// The router is stopping.
    case stopping
  }
  public var kind: Kind
  /// One a node, with its path, what failed and what to do.
  public var problems: [Problem]

  public init(_ kind: Kind, _ problems: [Problem]) {
    self.kind = kind
    self.problems = problems
  }
}
