public import RouterCore

/// Everything a node needs, in memory: a loop on a clock moved by hand, and fakes for graph, web and the rest.
///
/// `await host.stop()` at the end of the test ends the loop's thread.
public final class FakeHost: Sendable {
  public let time: ManualTime
  public let loop: Loop
  public let graph = FakeGraph()
  public let web = FakeWebServer()
  public let http = FakeHTTPClient()
  public let datagrams = FakeDatagramServer()
  public let log = CollectLog()
  public let registry = MetricRegistry()
  public let context: NodeContext

  /// - Throws: `SystemError` when the process has no descriptors left.
  public init(
    node: NodeID = "node", folder: String = "/nowhere", time: ManualTime = ManualTime(),
    sockets: any WebSocketClient = UnreachableSockets(), byteStreams: any ByteStreamClient = UnreachableStreams()
  ) throws {
    self.time = time
    loop = Loop(name: "test", poller: try ParkingPoller(), time: time)
    loop.start()
    context = NodeContext(
      id: node, label: node, log: Log(source: node, level: .debug, sink: log),
      metrics: NodeMetrics(registry: registry, node: node), time: time, loop: loop, blocking: InlineCalls(),
      web: web, http: http, sockets: sockets, byteStreams: byteStreams, datagrams: datagrams, folder: folder,
      store: FakeStore(),
      graph: graph)
  }

  public func stop() async { await loop.stop() }

  /// Moves the clock in steps; returns when the loop has fired every timer that came due.
  public func advance(by step: Duration, times: Int = 1) async {
    for _ in 0..<times {
      time.advance(by: step)
      await settle()
    }
  }

  /// Returns when the loop has done every job sent and fired every timer due so far.
  public func settle() async {
    await withCheckedContinuation { done in
      Task { await loop.perform { loop in loop.schedule(at: loop.time.now) { _ in done.resume() } } }
    }
  }

  /// Asks a node for its stage and puts it on the loop as a stream whose end is recorded.
  /// - Throws: `StageRefusal` as the node does.
  public func open(
    _ node: any Node, port: String = "audio", format: StreamFormat, label: String = "phone",
    attributes: [String: String] = [:], origin: NodeID = "source"
  ) async throws(StageRefusal) -> FakeStream {
    let offer = StreamOffer(format: format, peer: "127.0.0.1:5000", label: label, attributes: attributes)
    let id = graph.nextStreamID()
    let made = try await node.makeStage(
      for: StageRequest(stream: id, port: port, format: format, offer: offer, origin: origin, loop: loop))
    let output = made.output
    let recording = Recording()
    await loop.open(
      id,
      Branch(
        node: origin, format: format, stage: PassStage(),
        below: [
          Branch(
            node: context.id, link: "in", format: format, stage: made.stage,
            below: [Branch(node: "end", link: "out", format: output ?? format, stage: CollectStage(recording))])
        ]))
    return FakeStream(id: id, format: format, output: output, offer: offer, recording: recording, loop: loop)
  }
}

/// Runs blocking calls at once, on the caller's thread.
struct InlineCalls: BlockingCalls {
  func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R { body() }
}
