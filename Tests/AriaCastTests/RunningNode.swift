import RouterCore
import Support

@testable import AriaCast

/// A node that runs in a fake host, as the supervisor would run it.
struct RunningNode {
  let host: FakeHost
  let node: any Node
  private let task: Task<Void, Never>

  /// - Throws: `NodeFailure` as the node's `prepare` does.
  init(_ node: any Node, in host: FakeHost) async throws {
    self.host = host
    self.node = node
    try await node.prepare()
    task = Task { try? await node.run() }
    await host.time.waitForSleepers(1)
  }

  /// Returns once a live body that is listened to is looked after, and was for the first time.
  func waitForSilence(_ timer: SilenceTimer) async {
    while await !host.loop.perform({ timer.isRunning(on: $0) }) { await Task.yield() }
    await host.settle()
  }

  func stop() async {
    task.cancel()
    await task.value
    await node.stop()
    await host.stop()
  }

  /// A metric's value; 0 if nobody made it.
  func metric(_ name: String, reason: String? = nil) -> Int {
    let metrics = host.context.metrics
    return (reason.map { metrics.counter(name, "", reason: $0) } ?? metrics.counter(name, "")).current
  }
}
