/// The monotonic clock, as something a test can move by hand.
public protocol TimeSource: Sendable {
  var now: Instant { get }
  /// Suspends until `instant`; returns early by throwing when the task is cancelled.
  func sleep(until instant: Instant) async throws(CancellationError)
}

/// The machine's monotonic clock.
public struct SystemTime: TimeSource {
  public init() {}
  public var now: Instant { .now() }
  public func sleep(until instant: Instant) async throws(CancellationError) {
    let wait = instant - .now()
    guard wait > .zero else {
      if Task.isCancelled { throw CancellationError() }
      return
    }
    do { try await Task.sleep(for: wait) } catch { throw CancellationError() }
  }
}
