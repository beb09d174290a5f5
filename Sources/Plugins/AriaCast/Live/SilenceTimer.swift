import RouterCore

/// Has a live body's silence looked after every 20 ms, as long as somebody listens.
///
/// Unchecked because the compiler cannot see that `timer` is touched on `loop` only.
final class SilenceTimer: @unchecked Sendable {
  static let tick = Duration.milliseconds(20)

  private let output: LiveOutput
  private let loop: Loop
  private var timer: TimerID?

  init(_ output: LiveOutput, on loop: Loop) {
    self.output = output
    self.loop = loop
  }

  /// For ``FeedSettings/audienceChanged``: starts the timer with the first listener. Any thread.
  func audienceChanged(by change: Int) {
    guard output.audienceChanged(by: change) else { return }
    Task { await loop.perform { self.start(on: $0) } }
  }

  func isRunning(on loop: isolated Loop) -> Bool { timer != nil }

  private func start(on loop: isolated Loop) {
    guard timer == nil else { return }
    timer = loop.schedule(at: loop.time.now, every: SilenceTimer.tick) { self.fill(on: $0) }
  }

  /// Ends itself when the last listener has left.
  private func fill(on loop: isolated Loop) {
    if output.isHeard { return output.fill(at: loop.time.now) }
    if let timer { loop.cancel(timer) }
    timer = nil
  }
}
