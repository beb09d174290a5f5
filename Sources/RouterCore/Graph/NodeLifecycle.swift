/// What the supervisor of one node does next, decided without clock, task or log. Pure.
///
/// An impossible transition is a programming error and stops the program naming both states.
struct NodeLifecycle {
  enum Phase: Equatable { case idle, preparing, running, waiting, stopping, stopped }

  enum Action: Equatable {
    case prepare
    case run
    case stop
    /// Try again after this long; `forced` says the failure is shown as fault.
    case wait(Duration, NodeFailure)
    case end
  }

  private(set) var phase = Phase.idle
  private var backoff: Backoff
  private var startedRunning: Instant?
  /// A node that ran this long begins its backoff anew.
  static let stableAfter = Duration.seconds(10)

  init(seed: UInt64) { backoff = Backoff(seed: seed) }

  mutating func begin() -> Action {
    move(from: [.idle], to: .preparing)
    return .prepare
  }

  mutating func prepared(at now: Instant) -> Action {
    move(from: [.preparing], to: .running)
    startedRunning = now
    return .run
  }

  mutating func prepareFailed(_ failure: NodeFailure) -> Action {
    move(from: [.preparing], to: .waiting)
    return .wait(pause(after: failure), failure)
  }

  /// `run` threw: the node is stopped first, then waits.
  mutating func runFailed(_ failure: NodeFailure, at now: Instant) -> Action {
    if let startedRunning, now - startedRunning >= Self.stableAfter { backoff.reset() }
    move(from: [.running], to: .waiting)
    return .wait(pause(after: failure), failure)
  }

  mutating func waited() -> Action {
    move(from: [.waiting], to: .preparing)
    return .prepare
  }

  mutating func stopAsked() -> Action {
    let wasRunning = phase == .running
    move(from: [.idle, .preparing, .running, .waiting], to: wasRunning ? .stopping : .stopped)
    return wasRunning ? .stop : .end
  }

  mutating func stopped() -> Action {
    move(from: [.stopping], to: .stopped)
    return .end
  }

  private mutating func pause(after failure: NodeFailure) -> Duration {
    let next = backoff.next()
    return failure.longestWait.map { min(next, $0) } ?? next
  }

  private mutating func move(from allowed: [Phase], to next: Phase) {
    precondition(allowed.contains(phase), "a node cannot go from \(phase) to \(next)")
    phase = next
  }
}
