import RouterCore

/// Who plays what, among the browsers of one node. Pure: time is handed in, what follows is handed out.
///
/// A browser counts as playing from the moment it is told to, unless it has said that its sound is locked. Pages of the
/// first servers say nothing of themselves; they count always.
struct Audience: Sendable {
  typealias Member = UInt64

  /// One play.
  struct Play: Sendable, Equatable {
    /// Counts plays here.
    var turn: Int
    /// As the selector counts; nil from those who do not.
    var number: Int?
    var slot: Int
    var pressedAt: Instant
    /// When browsers were told.
    var since: Instant
  }

  /// What a browser that introduces itself is to be told, and what others are.
  struct Welcome: Equatable {
    /// Plays here now; nil: nothing.
    var play: Play?
    /// The browser has it already.
    var isKnown = false
    var event: EndedEvent?
  }

  /// How far a browser may be behind.
  private static let margin = Duration.seconds(2)

  private struct Seat {
    var isLocked = false
    /// It has introduced itself.
    var isGreeted = false
    /// The turn it plays.
    var turn: Int?
  }

  /// How long the last one who played may be away.
  var grace: Duration
  private var seats: [Member: Seat] = [:]
  private var play: Play?
  private var turns = 0
  /// Somebody began to play it.
  private var hasStarted = false
  /// Somebody played it to its end.
  private var hasEnded = false
  /// The others have been told how it went.
  private var isOver = false
  /// When the play counts as left.
  private(set) var deadline: Instant?

  init(grace: Duration = .zero) { self.grace = grace }

  var count: Int { seats.count }
  /// Those who have introduced themselves.
  var greeted: [Member] { seats.filter(\.value.isGreeted).keys.sorted() }
  func isGreeted(_ member: Member) -> Bool { seats[member]?.isGreeted == true }
  /// Browsers that play now.
  var playing: Int { play.map { play in seats.values.filter { $0.turn == play.turn }.count } ?? 0 }

  /// What plays.
  ///
  /// - Parameter length: Of that slot's sound; what has played longer is over though nobody said so, but for a page that
  ///   can be trusted to say so, which may have been paused. nil: not known.
  func current(at now: Instant, length: (Int) -> Duration?) -> Play? {
    guard let play, !isOver else { return nil }
    guard let length = length(play.slot), now - play.since > length else { return play }
    let players = seats.values.filter { $0.turn == play.turn }
    let isLate = now - play.since > length + Audience.margin
    return players.contains { $0.isGreeted || !isLate } ? play : nil
  }

  // MARK: Browsers come and go

  mutating func join(_ member: Member) { seats[member] = Seat() }

  /// A browser introduces itself, and again whenever its sound is unlocked or locked.
  ///
  /// - Parameter plays: The number of the play it still plays from an earlier connection.
  mutating func greet(_ member: Member, isLocked: Bool, plays: Int?, at now: Instant, length: (Int) -> Duration?)
    -> Welcome
  {
    guard var seat = seats[member] else { return Welcome() }
    let hadIt = seat.turn != nil && seat.turn == play?.turn
    seat.isGreeted = true
    seat.isLocked = isLocked
    defer { seats[member] = seat }
    if isLocked {
      seat.turn = nil
      seats[member] = seat
      let event = hadIt ? drop(.failed, at: now) : nil
      return Welcome(play: current(at: now, length: length), event: event)
    }
    if let play, let plays, plays == play.number {
      seat.turn = play.turn
      deadline = nil
      return Welcome(play: play, isKnown: true, event: begin(play))
    }
    guard let play = current(at: now, length: length) else { return Welcome() }
    seat.turn = play.turn
    deadline = nil
    return Welcome(play: play, isKnown: hadIt, event: begin(play))
  }

  mutating func leave(_ member: Member, at now: Instant) -> EndedEvent? {
    guard let seat = seats.removeValue(forKey: member), let turn = seat.turn, turn == play?.turn else { return nil }
    return drop(.left, at: now)
  }

  /// The deadline has passed.
  mutating func expire(at now: Instant) -> EndedEvent? {
    guard let deadline, deadline <= now else { return nil }
    return finish(.left)
  }

  // MARK: Plays

  /// All are told to play.
  mutating func begin(_ number: Int?, slot: Int, pressedAt: Instant, at now: Instant) -> EndedEvent? {
    turns += 1
    let new = Play(turn: turns, number: number, slot: slot, pressedAt: pressedAt, since: now)
    play = new
    (hasStarted, hasEnded, isOver, deadline) = (false, false, false, nil)
    for (member, seat) in seats { seats[member]?.turn = seat.isLocked ? nil : turns }
    return playing > 0 ? begin(new) : nil
  }

  /// All are told to stop.
  mutating func stop() {
    play = nil
    deadline = nil
    for member in seats.keys { seats[member]?.turn = nil }
  }

  /// A browser says that it is through, or that it cannot play.
  ///
  /// Without a play number the slot decides, as pages of the first servers know no other; then a word that comes before
  /// half of the sound can have been heard belongs to a play before.
  mutating func finished(
    _ member: Member, slot: Int?, number: Int?, failed: Bool, at now: Instant, length: (Int) -> Duration?
  ) -> EndedEvent? {
    guard let play, !isOver else { return nil }
    if let number {
      guard number == play.number else { return nil }
    } else {
      guard slot == play.slot else { return nil }
      if !failed, let length = length(play.slot), now - play.since < length / 2 { return nil }
    }
    let isPlayer = seats[member]?.turn == play.turn
    // A page that lost its connection and came back, and knows no way to say so.
    guard isPlayer || playing == 0 && number == nil && seats[member] != nil else { return nil }
    seats[member]?.turn = nil
    if !failed { hasEnded = true }
    return drop(failed ? .failed : .ended, at: now)
  }

  /// Everybody goes at once.
  mutating func close() -> EndedEvent? {
    seats = [:]
    return hasStarted ? finish(.left) : nil
  }

  // MARK: The end

  private mutating func begin(_ play: Play) -> EndedEvent? {
    guard !hasStarted, !isOver else { return nil }
    hasStarted = true
    return EndedEvent(.started, play: play.number, slot: play.slot)
  }

  /// One plays it no more.
  private mutating func drop(_ what: EndedEvent.What, at now: Instant) -> EndedEvent? {
    guard playing == 0, !isOver else { return nil }
    guard hasStarted || what != .left else { return nil }
    guard what == .left, !hasEnded, grace > .zero else { return finish(hasEnded ? .ended : what) }
    deadline = now + grace
    return nil
  }

  private mutating func finish(_ what: EndedEvent.What) -> EndedEvent? {
    deadline = nil
    guard let play, !isOver else { return nil }
    isOver = true
    // Who is only away may go on playing it.
    if what != .left { self.play = nil }
    return EndedEvent(what, play: play.number, slot: play.slot)
  }
}
