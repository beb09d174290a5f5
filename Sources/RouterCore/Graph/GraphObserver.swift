/// Hears what happens in the graph. Called on the graph's side; must return at once. Any thread.
public protocol GraphObserver: Sendable {
  func changed(_ change: GraphChange)
}

/// One thing that happened.
public enum GraphChange: Sendable {
  case node(NodeID, NodeState)
  /// A node runs on under another id.
  case renamed(NodeID, to: NodeID)
  case streamOpened(StreamSnapshot)
  case streamClosed(StreamID, node: NodeID, StreamEnd)
  /// A stream is not carried on a link: why, and the node type that would bridge it.
  case notCarried(link: LinkID, stream: StreamID, reason: String, bridge: String?)
}

/// A stream as it stands.
public struct StreamSnapshot: Sendable {
  public var id: StreamID
  public var node: NodeID
  public var peer: String
  public var label: String
  public var format: StreamFormat
  public var openedAt: Instant
  /// Nodes it passes, upstream first.
  public var path: [NodeID]
  /// Links that do not carry it, with the reason.
  public var refused: [LinkID: String]
  public var traffic: [LinkID: Traffic]
  public var queuedFrames: Int
  public var underruns: Int
}

/// A node as it stands.
public struct NodeSnapshot: Sendable {
  public var plan: PlannedNode
  public var state: NodeState
}

/// Everything at one moment.
public struct GraphSnapshot: Sendable {
  public var nodes: [NodeSnapshot]
  public var links: [PlannedLink]
  public var streams: [StreamSnapshot]
  /// What went over each link since the start, closed streams included; on event links `packets` counts events.
  public var traffic: [LinkID: Traffic]
}
