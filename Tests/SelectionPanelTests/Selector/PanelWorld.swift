import RouterCore

@testable import SelectionPanel

/// A panel, wires with delays, players and a ``Selection`` between them, for random histories. The firmware here is written
/// from its description, not from the program: what is selected stays selected until LEDCLR, LEDSET or another button.
struct PanelWorld {
  struct Player {
    /// Playbacks on their way to it.
    var inbox: [Selection.Action] = []
    /// What it says on its way back.
    var outbox: [EndedEvent] = []
    var playing: (play: Int, slot: Int)?
    /// Knows slots only, as old pages do.
    var isOld: Bool
    var isHere = true
  }

  // The panel.
  var selected: Int?
  var lit: Int?
  /// PRESS lines on their way to the selector.
  var presses: [Int?] = []
  /// Lights on their way to the panel.
  var commands: [Int?] = []

  var selection = Selection(slots: 0..<4, margin: .seconds(2), unknownLength: .seconds(60))
  var players: [Player]
  var now = Instant(nanoseconds: 0)
  /// The last press the selector took: its slot, or nil for a stop; and the number it got.
  var last: (slot: Int?, play: Int?) = (nil, nil)
  /// The last play's end was brought about by the deadline.
  var isOverdue = false

  init(players: Int, old: Int) {
    self.players = (0..<players).map { Player(isOld: $0 < old) }
  }

  // MARK: What may happen

  /// A finger: the firmware says nothing of a button that is selected already.
  mutating func push(_ slot: Int) {
    guard selected != slot else { return }
    (selected, lit) = (slot, slot)
    presses.append(slot)
  }

  mutating func deliverPress() {
    guard !presses.isEmpty else { return }
    let slot = presses.removeFirst()
    let actions = selection.press(slot, at: now)
    if slot.map({ selection.slots.contains($0) }) ?? true {
      last = (slot, slot == nil ? nil : selection.current?.number)
      isOverdue = false
    }
    spread(actions)
  }

  mutating func deliverCommand() {
    guard !commands.isEmpty else { return }
    let slot = commands.removeFirst()
    (selected, lit) = (slot, slot)
  }

  mutating func deliverPlayback(to index: Int) {
    guard !players[index].inbox.isEmpty else { return }
    switch players[index].inbox.removeFirst() {
    case .play(let play, let slot):
      guard players[index].isHere else { return }
      players[index].playing = (play, slot)
    case .stop: players[index].playing = nil
    case .leds: break
    }
  }

  /// The sound has come to its end there, or breaks.
  mutating func finish(_ index: Int, _ what: EndedEvent.What) {
    guard let playing = players[index].playing else { return }
    players[index].playing = nil
    players[index].outbox.append(EndedEvent(what, play: players[index].isOld ? nil : playing.play, slot: playing.slot))
  }

  mutating func deliverEnd(of index: Int) {
    guard !players[index].outbox.isEmpty else { return }
    let event = players[index].outbox.removeFirst()
    spread(selection.take(event, from: "\(index)", at: now))
  }

  mutating func wait(_ time: Duration) {
    now = now + time
    let actions = selection.tick(at: now)
    if !actions.isEmpty { isOverdue = true }
    spread(actions)
  }

  private mutating func spread(_ actions: [Selection.Action]) {
    for action in actions {
      if case .leds(let slot) = action {
        commands.append(slot)
        continue
      }
      for index in players.indices where players[index].isHere {
        players[index].inbox.append(action)
        // Whoever takes plays says so before anything else about them.
        if case .play(let play, let slot) = action {
          spread(selection.take(EndedEvent(.started, play: play, slot: slot), from: "\(index)", at: now))
        }
      }
    }
  }

  /// Everything that is on its way arrives.
  mutating func settle() {
    while !presses.isEmpty || !commands.isEmpty || players.contains(where: { !$0.inbox.isEmpty || !$0.outbox.isEmpty })
    {
      deliverPress()
      deliverCommand()
      for index in players.indices {
        deliverPlayback(to: index)
        deliverEnd(of: index)
      }
    }
  }

  // MARK: What must be true then

  /// The light that has to be on: of the last play, while somebody plays it, or nobody could have said that it is over.
  var rightLight: Int? {
    guard let slot = last.slot, !isOverdue else { return nil }
    let isPlayed = players.contains { $0.playing?.play == last.play }
    return isPlayed || players.allSatisfy({ !$0.isHere }) ? slot : nil
  }
}
