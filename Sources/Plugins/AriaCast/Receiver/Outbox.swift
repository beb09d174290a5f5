/// Does effects one after the other, in the order they were asked for: an actor that awaited them itself could be
/// overtaken by its own next change. Any thread.
final class Outbox: Sendable {
  private let orders: AsyncStream<@Sendable () async -> Void>.Continuation
  private let worker: Task<Void, Never>

  init() {
    let (stream, orders) = AsyncStream<@Sendable () async -> Void>.makeStream()
    self.orders = orders
    worker = Task { for await effect in stream { await effect() } }
  }

  func put(_ effect: @escaping @Sendable () async -> Void) { orders.yield(effect) }

  /// Returns when everything asked for is done; nothing is taken any more.
  func finish() async {
    orders.finish()
    await worker.value
  }
}
