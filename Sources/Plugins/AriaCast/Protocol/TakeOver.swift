import RouterCore

/// Decides who may send when a receiver is already in use: a receiver plays one sender at a time.
///
/// Pure: time and the current sender's last sign of life are passed in.
struct TakeOver {
  /// What a second sender meets, as the option `takeOver` spells it.
  enum Policy: String, CaseIterable, Sendable {
    /// Takes the place of a sender that sent nothing for 3 s, or of one at the same address; else it is refused.
    case idle
    /// Always takes the place.
    case newest
    /// Is refused until the first has disconnected.
    case never
  }

  /// Who has the receiver.
  struct Holder: Equatable {
    var session: UInt64
    var host: String
  }

  enum Decision: Equatable {
    /// The newcomer has the receiver now; the session named, if any, must go.
    case accept(replacing: UInt64?)
    case refuse
  }

  /// Silence on the socket after which a sender counts as gone. A playing sender sends 50 messages a second, also while
  /// its music is paused.
  static let idleAfter = Duration.seconds(3)

  var policy: Policy
  private(set) var holder: Holder?

  init(policy: Policy) { self.policy = policy }

  /// A sender asks for the receiver.
  /// - Parameter lastFrame: When the holder last sent sound, or when it came; ignored while nobody holds.
  mutating func arrive(_ newcomer: Holder, at now: Instant, lastFrame: Instant) -> Decision {
    guard let current = holder else {
      holder = newcomer
      return .accept(replacing: nil)
    }
    let mayTake =
      switch policy {
      case .newest: true
      case .never: false
      case .idle: current.host == newcomer.host || now - lastFrame >= TakeOver.idleAfter
      }
    guard mayTake else { return .refuse }
    holder = newcomer
    return .accept(replacing: current.session)
  }

  /// A session is over; does nothing if it was replaced before.
  mutating func leave(_ session: UInt64) {
    if holder?.session == session { holder = nil }
  }
}
