/// Why a rewire changed nothing.
public struct RewireRefusal: Error, Sendable {
  public enum Kind: String, Sendable {
    /// A taken port, a missing permission, an unwritable folder.
    case blocked
    /// The successor of a running node would wait.
    case wouldWait
    /// Anything else in a node.
    case failed
    /// The document could not be written.
    case notSaved
  }

  public var kind: Kind
  /// Paths name the nodes.
  public var problems: [Problem]

  public init(_ kind: Kind, _ problems: [Problem]) {
    self.kind = kind
    self.problems = problems
  }
}
