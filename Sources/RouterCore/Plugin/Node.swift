/// The control half of a node: may await, allocate and log. Blocking calls go to `NodeContext.blocking`.
///
/// Lifetime: `prepare`, then `run` until cancelled or failed, then `stop`; after a failure the supervisor waits and
/// begins again with `prepare`. `makeStage` may be called in any state: a speaker without its card takes streams and
/// lets them pass silently until the card is back.
public protocol Node: Sendable {
  /// Takes what the node needs: ports, devices, folders.
  /// - Throws: `NodeFailure`; nothing may stay taken then.
  func prepare() async throws(NodeFailure)

  /// Lives until the task is cancelled; returning earlier without an error means the node has nothing to wait for.
  /// - Throws: `NodeFailure` when what `prepare` took is lost.
  func run() async throws(NodeFailure)

  /// Gives everything back and says its goodbyes. Called once after each successful `prepare`.
  func stop() async

  /// What this node does to one stream that reaches its input `request.port`. It must not wait for a stream of its own
  /// to open: while paths are changed none does.
  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage

  /// Takes one event; events of one node come one after the other, in order.
  func receive(_ event: Event, on port: String) async

  /// Does one of the type's actions (`rotate`, `disconnect`).
  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON
}

extension Node {
  public func prepare() async throws(NodeFailure) {}
  public func run() async throws(NodeFailure) {}
  public func stop() async {}
  public func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    throw StageRefusal("this node takes no sound")
  }
  public func receive(_ event: Event, on port: String) async {}
  public func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    throw ActionFailure("there is no action \"\(action)\"")
  }
}

/// A stream that wants to pass a node.
public struct StageRequest: Sendable {
  public let stream: StreamID
  /// The input port it arrives at.
  public let port: String
  /// What the place above sends.
  public let format: StreamFormat
  /// The source's words: peer, label, attributes, record.
  public let offer: StreamOffer
  /// The node that opened the stream.
  public let origin: NodeID
  /// The loop that will drive the stage.
  public let loop: Loop

  public init(
    stream: StreamID, port: String, format: StreamFormat, offer: StreamOffer, origin: NodeID, loop: Loop
  ) {
    self.stream = stream
    self.port = port
    self.format = format
    self.offer = offer
    self.origin = origin
    self.loop = loop
  }
}

/// A stage and what it sends on.
public struct MadeStage {
  public let stage: any Stage
  /// The format below; nil for a sink.
  public let output: StreamFormat?
  public init(_ stage: any Stage, output: StreamFormat? = nil) {
    self.stage = stage
    self.output = output
  }
}

/// A stream this node cannot take; the link shows it, the stream's other links play on.
public struct StageRefusal: Error, Sendable, Equatable {
  public var reason: String
  /// The node type that would bridge the difference.
  public var bridge: String?
  public init(_ reason: String, bridge: String? = nil) {
    self.reason = reason
    self.bridge = bridge
  }
}

/// Why a node cannot run.
public struct NodeFailure: Error, Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// A device, server or daemon is absent: the node waits; a rewire accepts that.
    case missing
    /// A taken port, a missing permission, an unwritable folder: waits at process start, refuses a rewire.
    case blocked
    /// Anything else: the node is faulted and tried again.
    case broken
  }
  public var kind: Kind
  /// What failed, where, what was found.
  public var reason: String
  /// What to do.
  public var hint: String?
  /// Where people stand and wait for it: the next try comes after this long at most. Tries are up to 30 s apart else.
  public var longestWait: Duration?
  /// The kernel's number, where a call failed: `EADDRINUSE` of a port that is taken.
  public var code: Int32?

  public init(_ kind: Kind, _ reason: String, hint: String? = nil, longestWait: Duration? = nil) {
    self.kind = kind
    self.reason = reason
    self.hint = hint
    self.longestWait = longestWait
  }
}

/// An action that could not be done; nothing has changed.
public struct ActionFailure: Error, Sendable, Equatable {
  public var reason: String
  public init(_ reason: String) { self.reason = reason }
}

/// What a node is doing, as everybody sees it.
public enum NodeState: Sendable, Equatable {
  case disabled
  case starting
  case running
  /// Something outside is missing; `nextTry` on the monotonic clock.
  case waiting(reason: String, hint: String?, nextTry: Instant)
  case faulted(reason: String, hint: String?, nextTry: Instant)
  case stopping

  /// The word in the API: `running`, `waiting`.
  public var word: String {
    switch self {
    case .disabled: "disabled"
    case .starting: "starting"
    case .running: "running"
    case .waiting: "waiting"
    case .faulted: "faulted"
    case .stopping: "stopping"
    }
  }
}
