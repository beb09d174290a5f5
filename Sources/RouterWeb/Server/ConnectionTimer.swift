internal import RouterCore

/// When a connection has waited too long. Pure: time is passed in.
struct ConnectionTimer: Sendable {
  /// What the connection waits for; each has a limit of its own.
  enum Wait: Equatable, Sendable {
    /// The rest of a head, or the first one.
    case head
    /// The next request of a kept connection.
    case idle
    case body
    /// The peer's last bytes after our last byte.
    case linger
    /// The peer's Close frame after ours.
    case closeFrame
    /// Nothing of the peer: a handler works, or a body without end goes out.
    case nothing
  }

  enum Expiry: Equatable, Sendable {
    case head, idle, body, linger, closeFrame
    /// Output waits and the peer took nothing.
    case write
  }

  /// Time for the peer to close after our last byte, and for its Close frame.
  static let lingerTime = Duration.seconds(2)
  static let closeFrameTime = Duration.seconds(5)
  /// Bytes a second that a body must bring beyond its first seconds.
  static let leastBodyRate = 32_768.0

  private(set) var wait = Wait.nothing
  private var deadline: Instant?
  private var stallDeadline: Instant?
  private let limits: ListenerLimits

  init(_ limits: ListenerLimits) { self.limits = limits }

  mutating func start(_ wait: Wait, at now: Instant) {
    self.wait = wait
    deadline =
      switch wait {
      case .head: now + .seconds(limits.headerSeconds)
      case .idle: now + .seconds(limits.idleSeconds)
      case .body: now + .seconds(limits.bodySeconds)
      case .linger: now + ConnectionTimer.lingerTime
      case .closeFrame: now + ConnectionTimer.closeFrameTime
      case .nothing: nil
      }
  }

  /// Bytes of a body are here: large ones get the time that a slow line needs for them.
  mutating func bodyArrived(bytes: Int) {
    guard wait == .body else { return }
    deadline = deadline.map { $0 + .seconds(Double(bytes) / ConnectionTimer.leastBodyRate) }
  }

  /// After each attempt to write.
  /// - Parameter progressed: The peer took something.
  mutating func output(isPending: Bool, progressed: Bool, at now: Instant) {
    if !isPending {
      stallDeadline = nil
    } else if progressed || stallDeadline == nil {
      stallDeadline = now + .seconds(limits.writeSeconds)
    }
  }

  func expiry(at now: Instant) -> Expiry? {
    if let stallDeadline, stallDeadline <= now { return .write }
    guard let deadline, deadline <= now else { return nil }
    return switch wait {
    case .head: .head
    case .idle: .idle
    case .body: .body
    case .linger: .linger
    case .closeFrame: .closeFrame
    case .nothing: nil
    }
  }
}
