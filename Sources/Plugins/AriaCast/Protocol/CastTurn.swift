import RouterCore

/// Whether a cast begins, goes on or ends with the next message. Pure.
///
/// A speaker plays one sender at a time, so it is held only while there is something to hear.
struct CastTurn: Equatable, Sendable {
  enum Action: Equatable, Sendable {
    /// Nothing is to be heard and the speaker is free.
    case rest
    /// Take the speaker, then send.
    case begin
    case send
    /// Give the speaker back.
    case release
  }

  /// Silence after which the speaker is given back; zero never.
  var patience: Duration
  private(set) var isCasting = false
  private var lastSound = Instant(nanoseconds: 0)

  init(patience: Duration) { self.patience = patience }

  /// - Parameter isSilent: The message holds nothing but zeros.
  mutating func next(isSilent: Bool, at now: Instant) -> Action {
    if !isSilent {
      lastSound = now
      if isCasting { return .send }
      isCasting = true
      return .begin
    }
    guard isCasting else { return .rest }
    guard patience > .zero, now - lastSound >= patience else { return .send }
    isCasting = false
    return .release
  }

  /// The speaker was taken before there was a message.
  mutating func begin(at now: Instant) {
    isCasting = true
    lastSound = now
  }

  mutating func end() { isCasting = false }
}
