import RouterCore
import Support
import Synchronization

@testable import AriaCast

/// An `alsa.source` in real time, whose streams are recorded.
final class MicrophoneBench: Sendable {
  let node: any Node
  private let host: FakeHost
  private let loop: Loop
  private let metrics: NodeMetrics
  private let life = PthreadLock<Task<NodeFailure?, Never>?>(nil)

  init(_ device: String, sampleRate: Int = 48_000, channels: Int = 2, periodMs: Int = 50) throws {
    var config = AlsaSourceConfig()
    config.device = device
    config.sampleRate = sampleRate
    config.channels = channels
    config.periodMs = periodMs
    host = try FakeHost(node: "microphone")
    loop = Loop(name: "bench", poller: try ParkingPoller(), time: SystemTime())
    loop.start()
    metrics = NodeMetrics(registry: host.registry, node: "microphone")
    let fake = host.context
    node = AlsaSource.make(
      config,
      NodeContext(
        id: "microphone", label: "microphone", log: fake.log, metrics: metrics, time: SystemTime(), loop: loop,
        blocking: fake.blocking, web: fake.web, http: fake.http, sockets: fake.sockets, byteStreams: fake.byteStreams,
        datagrams: fake.datagrams,
        folder: fake.folder, store: fake.store, graph: fake.graph))
  }

  /// Prepares and runs the node, as the supervisor does, for as long as `body` takes.
  func run(_ body: () async throws -> Void) async throws {
    do {
      try await start()
      try await body()
    } catch {
      await stop()
      throw error
    }
    await stop()
  }

  func start() async throws {
    try await node.prepare()
    let node = node
    let life = Task { () -> NodeFailure? in
      do throws(NodeFailure) { try await node.run() } catch { return error }
      return nil
    }
    self.life.withLock { $0 = life }
  }

  /// Waits for the node to fail and stops it.
  func failure() async -> NodeFailure? {
    let failure = await life.withLock { $0 }?.value
    await node.stop()
    return failure
  }

  func stop() async {
    life.withLock { $0 }?.cancel()
    _ = await failure()
    await loop.stop()
    await host.stop()
  }

  /// Every stream so far.
  var streams: [FakeGraph.Opened] { host.graph.streams }
  var overruns: Int { metrics.counter("router_capture_card_overruns_total", "").current }
}
