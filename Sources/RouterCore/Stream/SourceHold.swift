internal import Synchronization

/// How stages hold a source that can be held: while one of them asks, the source reads no more from its peer.
///
/// A stage asks when its buffer is nearly full and releases when it is half empty again, also when it ends. A source
/// that cannot be held never says how to resume, and nobody asks it. Any thread.
public final class SourceHold: Sendable {
  private let asking = Atomic<Int>(0)
  private let resume = PthreadLock<(@Sendable () -> Void)?>(nil)

  public init() {}

  /// Makes the source one that can be held.
  /// - Parameter resume: Reads on; called on any thread, once nobody asks any more. It may come without need.
  public func offer(resume: @escaping @Sendable () -> Void) { self.resume.withLock { $0 = resume } }

  /// Whether the source can be held. Control side: stages ask once, when they are made.
  public var isOffered: Bool { resume.withLock { $0 != nil } }

  /// Whether a stage asks. Data thread.
  public var isHeld: Bool { asking.load(ordering: .sequentiallyConsistent) > 0 }

  /// One stage more asks the source to wait; it answers `.pause` to the packet in hand as well. Data thread.
  public func ask() { asking.add(1, ordering: .sequentiallyConsistent) }

  /// One stage less asks; with the last one the source reads on. Not on the data path.
  public func release() {
    let left = asking.subtract(1, ordering: .sequentiallyConsistent).newValue
    precondition(left >= 0, "a hold is released more often than asked")
    if left == 0 { resume.withLock { $0 }?() }
  }
}
