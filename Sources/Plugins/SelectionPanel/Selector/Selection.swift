import RouterCore

/// What plays, and which light is on: a press ends what played, the light stays on while somebody plays it. Pure: events
/// and the time go in, what is to be told comes out.
///
/// Every accepted press lights its slot anew, also the one that is on: the panel may have put it off by itself, and a
/// button that is lit is dead until its light was put off.
struct Selection: Sendable, Equatable {
  enum Action: Sendable, Equatable {
    case leds(slot: Int?)
    case stop(play: Int?, slot: Int?)
    case play(Int, slot: Int)
  }

  /// Something that plays.
  struct Play: Sendable, Equatable {
    let number: Int
    let slot: Int
    let since: Instant
    /// The sound's length; nil: not known (yet).
    var length: Duration?
    /// Those who said that they play it and not yet that they are done.
    var players: Set<String> = []
  }

  /// The slots there are.
  var slots: Range<Int>
  /// How long after its sound's end a light may stay on if nobody says that it was over.
  var margin: Duration
  /// Taken for the length of a sound that cannot be read.
  var unknownLength: Duration
  private(set) var current: Play?
  /// The number of the next play.
  private(set) var next: Int

  init(slots: Range<Int>, margin: Duration, unknownLength: Duration, next: Int = 1) {
    self.slots = slots
    self.margin = margin
    self.unknownLength = unknownLength
    self.next = next
  }

  /// A slot was chosen; nil: silence.
  mutating func press(_ slot: Int?, at now: Instant) -> [Action] {
    guard let slot else {
      defer { current = nil }
      return [.stop(play: current?.number, slot: current?.slot), .leds(slot: nil)]
    }
    // The panel has lit it, and holds it for chosen: what was on is put back.
    guard slots.contains(slot) else { return [.leds(slot: current?.slot)] }
    let old = current
    let play = Play(number: next, slot: slot, since: now)
    next += 1
    current = play
    return [.leds(slot: slot), .stop(play: old?.number, slot: old?.slot), .play(play.number, slot: slot)]
  }

  /// Somebody said how a play goes at his place.
  /// - Parameter player: Who.
  mutating func take(_ event: EndedEvent, from player: String, at now: Instant) -> [Action] {
    guard let current, isMeant(event, current, now) else { return [] }
    if event.what == .started {
      self.current?.players.insert(player)
      return []
    }
    self.current?.players.remove(player)
    guard self.current?.players.isEmpty == true else { return [] }
    self.current = nil
    return [.leds(slot: nil)]
  }

  /// The length of a play's sound has become known.
  mutating func know(_ length: Duration, of play: Int) {
    if current?.number == play { current?.length = length }
  }

  /// When the light goes out even if nobody says anything; nil: none is on.
  var deadline: Instant? { current.map { $0.since + ($0.length ?? unknownLength) + margin } }

  mutating func tick(at now: Instant) -> [Action] {
    guard let deadline, now >= deadline else { return [] }
    current = nil
    return [.leds(slot: nil)]
  }

  /// Plays are told apart by number. Who knows slots only may mean an earlier play of the same slot: what comes before half
  /// of the sound could have been heard is about that.
  private func isMeant(_ event: EndedEvent, _ current: Play, _ now: Instant) -> Bool {
    if let play = event.play { return play == current.number }
    guard event.slot == current.slot else { return false }
    return event.what != .ended || now - current.since >= (current.length ?? .zero) / 2
  }
}
