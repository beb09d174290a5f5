import RouterCore

/// The talk with a panel over an open port: who is there, are they still there, which light do they have on. Pure: lines,
/// wishes and the time go in, what is to be done comes out.
struct PanelLink: Sendable {
  enum Action: Sendable, Equatable {
    case send(PanelCommand)
    /// A button, by its number on the wire.
    case press(Int)
    /// What is known of the panel has changed.
    case changed
    /// Closes the port, because of this.
    case close(String)
    /// Worth a line in the log.
    case note(String)
  }

  /// What is known of the panel.
  struct Facts: Sendable, Equatable {
    var isConnected = false
    var firmware: String?
    /// By its number on the wire.
    var lit: Int?
    var buttons: Int?
    var leds: Int?
    var mode: String?
    var restarts = 0
    var errors = 0
  }

  /// How long an answer may take.
  static let patience = Duration.seconds(1)
  /// The first PINGs that stay without an answer until the panel counts as silent.
  static let greetings = 3
  /// A PING after so much silence; two without an answer and the port is opened anew.
  static let idle = Duration.seconds(5)

  private(set) var facts = Facts()
  /// Commands of lights that were confirmed by nobody within a second.
  private(set) var unconfirmed = 0

  /// The light that is to be on, by its number on the wire.
  private var wanted: Int?
  private var pings = 0
  /// When a PING is due.
  private var deadline: Instant
  /// Lights asked for, oldest first, each until its OK.
  private var pending: [(light: Int?, until: Instant)] = []
  /// An OK that ends the answer to STATUS is on its way.
  private var isStatusDue = false

  /// - Parameters:
  ///   - wanted: The light that is to be on, by its number on the wire.
  ///   - past: What is known from an earlier port; counts go on.
  init(wanted: Int?, past: Facts = Facts(), at now: Instant) {
    self.wanted = wanted
    facts.restarts = past.restarts
    facts.errors = past.errors
    deadline = now
  }

  /// When `tick` is due.
  var due: Instant { min(deadline, pending.first?.until ?? deadline) }

  /// Another light is to be on, or the same once more.
  mutating func light(_ number: Int?, at now: Instant) -> [Action] {
    wanted = number
    return facts.isConnected ? [lightUp(at: now)] : []
  }

  /// A line of the panel.
  mutating func take(_ line: PanelLine, at now: Instant) -> [Action] {
    var actions = heard(line, at: now)
    switch line {
    case .press(let number): actions.append(.press(number))
    case .ok: actions += confirmed()
    case .error(let words):
      facts.errors += 1
      if isStatusDue { isStatusDue = false } else if !pending.isEmpty { pending.removeFirst() }
      actions += [.note("the panel refuses: \(words)"), .changed]
    case .firmware(let name):
      if facts.firmware != name { actions.append(.changed) }
      facts.firmware = name
    case .status(let name, let number): actions += status(name, number)
    case .mode(let mode):
      if facts.mode != mode { actions.append(.changed) }
      facts.mode = mode
    case .ready, .pong, .release, .other: break
    }
    return actions
  }

  /// The deadline has come, or something before it.
  mutating func tick(at now: Instant) -> [Action] {
    while let first = pending.first, first.until <= now {
      pending.removeFirst()
      unconfirmed += 1
    }
    guard now >= deadline else { return [] }
    let limit = facts.isConnected ? 2 : Self.greetings
    if pings >= limit {
      return [.close(facts.isConnected ? "the panel has stopped answering" : "the port is open, but no panel answers")]
    }
    pings += 1
    deadline = now + Self.patience
    return [.send(.ping)]
  }

  /// Any sign of life.
  private mutating func heard(_ line: PanelLine, at now: Instant) -> [Action] {
    // Debug text may come of anything on such a port: only the panel's own words make one of it.
    if case .other = line, !facts.isConnected { return [] }
    pings = 0
    deadline = now + Self.idle
    if line == .ready {
      facts.restarts += 1
      pending = []
      let isNews = facts.isConnected
      return (isNews ? [.note("the panel was reset")] : []) + introduce(at: now)
    }
    return facts.isConnected ? [] : introduce(at: now)
  }

  /// Asks who it is, and puts its lights right.
  private mutating func introduce(at now: Instant) -> [Action] {
    facts.isConnected = true
    isStatusDue = true
    return [.changed, .send(.version), .send(.status), lightUp(at: now)]
  }

  private mutating func lightUp(at now: Instant) -> Action {
    pending.append((wanted, now + Self.patience))
    return .send(wanted.map { .set($0) } ?? .clear)
  }

  private mutating func confirmed() -> [Action] {
    if isStatusDue {
      // The light was asked for after STATUS, so its OK comes first.
      isStatusDue = false
      return []
    }
    guard !pending.isEmpty else { return [] }
    let light = pending.removeFirst().light
    guard facts.lit != light else { return [] }
    facts.lit = light
    return [.changed]
  }

  private mutating func status(_ name: String, _ number: Int) -> [Action] {
    let old = facts
    if name == "BTNS" { facts.buttons = number }
    if name == "LEDS" { facts.leds = number }
    return facts == old ? [] : [.changed]
  }
}
