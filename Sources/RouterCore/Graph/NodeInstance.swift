/// One life of a node in the graph, from making to retiring: the same under another id after a rename, another one
/// after a replacement. Any thread.
final class NodeInstance: Sendable {
  enum Role: Sendable {
    /// Made for a rewire that is not committed yet: what it opens waits, what it emits is kept until then.
    case pending
    case current
    /// Replaced or removed: it may close and withdraw, nothing else.
    case retired
  }

  private struct Inside {
    var id: NodeID
    var role: Role
    var state: NodeState
  }
  private let inside: PthreadLock<Inside>

  init(_ id: NodeID, role: Role = .current, state: NodeState = .starting) {
    inside = PthreadLock(Inside(id: id, role: role, state: state))
  }

  /// The key it has in the routes document now.
  var id: NodeID {
    get { inside.withLock { $0.id } }
    set { inside.withLock { $0.id = newValue } }
  }

  var role: Role {
    get { inside.withLock { $0.role } }
    set { inside.withLock { $0.role = newValue } }
  }

  var state: NodeState {
    get { inside.withLock { $0.state } }
    set { inside.withLock { $0.state = newValue } }
  }
}
