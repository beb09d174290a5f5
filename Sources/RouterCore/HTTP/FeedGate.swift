internal import Synchronization

/// Decides, between threads that never wait for each other, who may write into a feed right now.
///
/// Streams live on several loops and a feed takes one writer at a time. One word holds the ticket of the stream that
/// owns the feed and whether somebody is writing at this moment. The highest ticket wins: tickets grow with streams, so
/// that is the newest. Entering acquires and leaving releases, so everything done between the two is seen by the next
/// one in. Any thread.
public final class FeedGate: Sendable {
  /// Ticket, shifted left by one, and 1 while somebody writes; ticket 0 is nobody.
  private let word = Atomic<UInt64>(0)

  public init() {}

  public enum Entry: Equatable {
    case entered
    /// A newer stream owns the feed.
    case superseded
    /// Another thread writes at this very moment.
    case busy
  }

  /// The ticket of one place of a stream: newer streams have higher ones, and no two places have the same.
  public static func ticket(stream: StreamID, place: UInt16) -> UInt64 { (stream << 16 | UInt64(place)) & ~(1 << 63) }

  /// Whether a stream owns the feed.
  public var isOwned: Bool { word.load(ordering: .relaxed) >> 1 != 0 }

  /// Asks to write one packet. Never waits. Data thread.
  public func enter(_ ticket: UInt64) -> Entry {
    while true {
      let current = word.load(ordering: .relaxed)
      if current >> 1 > ticket { return .superseded }
      if current & 1 == 1 { return .busy }
      if exchange(current, ticket << 1 | 1) { return .entered }
    }
  }

  /// Asks to write silence on behalf of whoever owns the feed. Never waits.
  public func enterBetween() -> Bool {
    let current = word.load(ordering: .relaxed)
    return current & 1 == 0 && exchange(current, current | 1)
  }

  /// Ends what ``enter(_:)`` or ``enterBetween()`` began.
  public func leave() { word.bitwiseAnd(~1, ordering: .releasing) }

  /// A stream is over: the feed is free for an older one that still plays. Called once a stream; goes round while
  /// another thread is within one write of silence.
  public func release(_ ticket: UInt64) {
    while word.load(ordering: .relaxed) >> 1 == ticket { _ = exchange(ticket << 1, 0) }
  }

  private func exchange(_ old: UInt64, _ new: UInt64) -> Bool {
    word.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing).exchanged
  }
}
