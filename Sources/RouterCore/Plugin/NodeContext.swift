/// Everything the host hands to a node. Values and protocols only: a plugin never sees the host or the web server.
public struct NodeContext: Sendable {
  public let id: NodeID
  /// What people call the node: its `label`, else its id.
  public let label: String
  public let log: Log
  public let metrics: NodeMetrics
  public let time: any TimeSource
  /// A loop for streams that arrive on no connection (tone, mixer, capture).
  public let loop: Loop
  /// Runs blocking calls (disk, DNS, devices).
  public let blocking: any BlockingCalls
  public internal(set) var web: any WebServer
  public let http: any HTTPClient
  /// Outgoing WebSockets.
  public let sockets: any WebSocketClient
  /// Outgoing TCP and TLS connections.
  public let byteStreams: any ByteStreamClient
  public let datagrams: any DatagramServer
  /// The folder relative paths count from: the routes document's.
  public let folder: String
  /// What the node remembers across restarts.
  public let store: any NodeStore
  public let graph: any NodeGraph
  /// Who may do by the node's pages what changes something; `access.with(config.listener.token)` where it listens.
  public let access: ActionAccess
  /// `router run --once`: a node with the trait `poller` looks when it is asked to, by its action `poll`, and not by
  /// itself.
  public let isOnce: Bool

  public init(
    id: NodeID, label: String, log: Log, metrics: NodeMetrics, time: any TimeSource, loop: Loop,
    blocking: any BlockingCalls, web: any WebServer, http: any HTTPClient, sockets: any WebSocketClient,
    byteStreams: any ByteStreamClient,
    datagrams: any DatagramServer, folder: String, store: any NodeStore, graph: any NodeGraph,
    access: ActionAccess = ActionAccess(token: nil), isOnce: Bool = false
  ) {
    self.id = id
    self.label = label
    self.log = log
    self.metrics = metrics
    self.time = time
    self.loop = loop
    self.blocking = blocking
    self.web = web
    self.http = http
    self.sockets = sockets
    self.byteStreams = byteStreams
    self.datagrams = datagrams
    self.folder = folder
    self.store = store
    self.graph = graph
    self.access = access
    self.isOnce = isOnce
  }
}

/// A node's way out into the graph. Control side.
public protocol NodeGraph: Sendable {
  /// Builds the path of a new stream along today's links. Packets may be pushed once it returns:
  /// `loop.source(id)?.push(…)`, on that loop. Waits until the node is part of the graph: not for `prepare`.
  func open(_ offer: StreamOffer, on loop: Loop) async -> StreamID
  /// Ends a stream: tails are flushed, sinks finish. Does nothing if it is over.
  func close(_ stream: StreamID, _ end: StreamEnd) async
  /// Puts an event on an output port. State events are kept per `key` and given to links made later.
  /// What is said while preparing is told once the node is part of the graph.
  func emit(_ payload: any EventPayload, on port: String, key: String) async
  /// Takes back a state event.
  func withdraw(_ payload: any EventPayload, on port: String, key: String) async
}

extension NodeGraph {
  public func emit(_ payload: any EventPayload, on port: String) async { await emit(payload, on: port, key: "") }
}

/// Runs blocking calls on threads of their own, never on a loop or a Swift task thread.
public protocol BlockingCalls: Sendable {
  func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R
}
