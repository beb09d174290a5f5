public import RouterCore

/// Everything of RouterWeb that the daemon runs: loops, web server, clients, datagrams, blocking pool. Control side.
public final class WebHost: Sendable {
  /// The loops, running.
  public let loops: [Loop]
  public let server: any WebServer
  public let datagrams: any DatagramServer
  public let blocking: any BlockingCalls
  public let http: any HTTPClient
  public let webSockets: any WebSocketClient
  public let byteStreams: any ByteStreamClient

  private let group: LoopGroup
  private let shards: [ShardHandle]
  private let http1: HTTPServer
  private let listeners: DatagramListeners
  private let identities: ServerIdentities
  private let upkeep: Task<Void, Never>

  /// Starts the loops.
  ///
  /// - Parameter ioThreads: Loops, 1 to 64; connections are spread over them.
  /// - Parameter stateFolder: Where `tls: auto` keeps its authority; made when it is first needed.
  /// - Throws: `SystemError` if the process has no descriptor left.
  public init(ioThreads: Int, metrics: MetricRegistry, log: Log, stateFolder: String) async throws(SystemError) {
    group = try LoopGroup(count: ioThreads)
    loops = group.loops
    let pool = BlockingPool()
    blocking = pool
    http = HTTPClientCurl()
    webSockets = WebSocketDialer(blocking: pool)
    byteStreams = ByteStreamDialer(blocking: pool)
    identities = ServerIdentities(folder: stateFolder)
    var handles: [ShardHandle] = []
    for loop in loops { handles.append(try ShardHandle(loop, blocking: pool)) }
    shards = handles
    group.start()
    for handle in handles { try await Shard.start(handle) }
    let counted = WebMetrics(metrics, log: RefusalLog(log: log, blocking: pool))
    let http1 = HTTPServer(shards: handles, identities: identities, blocking: pool, metrics: counted)
    self.http1 = http1
    server = http1
    listeners = DatagramListeners(shard: handles[0], metrics: metrics)
    datagrams = listeners
    upkeep = WebHost.keepUp(http1, identities, pool, log)
  }

  /// The certificate of the local authority for `/ca.crt`, PEM; nil as long as no listener has `tls: auto`.
  public var authorityPEM: [UInt8]? { identities.authorityPEM }

  /// Stops accepting, says goodbye to everybody, closes what is left after `grace`, ends the loops.
  public func stop(grace: Duration = .seconds(2)) async {
    upkeep.cancel()
    await listeners.stop()
    await http1.stop(grace: grace)
    for shard in shards { await shard.perform { loop, shard in shard.stop(on: loop) } }
    await group.stop()
  }

  /// Looks at our names every minute and at the certificates every hour.
  private static func keepUp(
    _ server: HTTPServer, _ identities: ServerIdentities, _ blocking: BlockingPool, _ log: Log
  ) -> Task<Void, Never> {
    Task {
      var minute = 0
      while (try? await Task.sleep(for: .seconds(60))) != nil {
        await server.refreshNames()
        minute += 1
        guard minute % 60 == 0 else { continue }
        for failure in await blocking.run({ identities.refresh() }) {
          log.warning("certificate not renewed", ("error", "\(failure)"))
        }
      }
    }
  }
}
