import RouterCore

/// The control half of `panel.selector`: gives ``Selection`` its events and the time, and tells what it decides.
actor PanelSelectorNode: LiveNode {
  /// Numbers of plays that are set aside at a time, so that none is used twice after a crash.
  private static let reserve = 1_000

  private let context: NodeContext
  private var config: PanelSelector.Config
  private var selection: Selection
  private var lights = 0
  private var reserved = 0
  private var watchdog: Task<Void, Never>?
  /// When the watchdog looks.
  private var nextLook: Instant?
  /// A play whose sound's length is to be read: not before the play was told, so that nobody waits for the disk.
  private var unread: (play: Int, slot: Int, from: Instant)?
  private let plays: Metric
  private let refused: Metric
  private let overdue: Metric

  init(_ config: PanelSelector.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    selection = PanelSelectorNode.selection(config, next: 1)
    plays = context.metrics.counter("router_panel_plays_total", "Plays begun")
    refused = context.metrics.counter("router_panel_refused_total", "Presses of slots that are not there")
    overdue = context.metrics.counter("router_panel_overdue_total", "Plays whose end nobody told")
  }

  func prepare() async throws(NodeFailure) {
    guard reserved == 0 else { return }
    var next = 1
    if case .integer(let past)? = await context.store.value("plays"), past > 0 { next = Int(past) }
    selection = PanelSelectorNode.selection(config, next: next)
    await setNumbersAside()
    // The panel may hold a button for chosen since before.
    await perform([.leds(slot: nil)], pressedAt: context.time.now)
  }

  func stop() async { watchdog?.cancel() }

  func update(to config: PanelSelector.Config) async {
    self.config = config
    selection.margin = .seconds(config.marginSeconds)
    selection.unknownLength = .seconds(config.unknownSeconds)
    watch()
  }

  func receive(_ event: Event, on port: String) async {
    switch event.payload {
    case let press as PressEvent: await take(press)
    case let ended as EndedEvent:
      await perform(selection.take(ended, from: event.source, at: context.time.now), pressedAt: context.time.now)
      watch()
    default: break
    }
  }

  private func take(_ press: PressEvent) async {
    if let slot = press.slot, !selection.slots.contains(slot) {
      refused.add()
      context.log.warning("a press of a slot that is not there", ("slot", "\(slot)"), ("slots", "\(selection.slots)"))
    }
    let before = selection.current?.number
    let actions = selection.press(press.slot, at: context.time.now)
    let play = selection.current?.number
    await perform(actions, pressedAt: press.pressedAt)
    defer { watch() }
    guard let play, play != before else { return }
    plays.add()
    if let slot = press.slot { unread = (play, slot, context.time.now + .milliseconds(100)) }
    if play >= reserved - 1 {
      await setNumbersAside()
    } else if play == reserved - Self.reserve / 2 {
      setNumbersAsideLater()
    }
  }

  private func learnLength(of play: Int, slot: Int) async {
    let (naming, folder) = (config.naming, config.mediaPath(in: context.folder))
    let length = await context.blocking.run { () -> Duration? in
      MediaFolder.sound(of: slot, in: folder, naming).flatMap { try? SoundFile($0).length }
    }
    guard let length else { return }
    selection.know(length, of: play)
  }

  private func perform(_ actions: [Selection.Action], pressedAt: Instant) async {
    for (index, action) in actions.enumerated() {
      let time = WallTime.now()
      switch action {
      case .leds(let slot):
        lights += 1
        await context.graph.emit(LedsEvent(slot: slot, change: lights), on: "leds")
      case .stop(let play, let slot):
        var stop = PlaybackEvent(.stop, play: play, slot: slot, pressedAt: pressedAt, time: time)
        if index + 1 < actions.count, case .play = actions[index + 1] { stop.isFollowed = true }
        await context.graph.emit(stop, on: "playback")
      case .play(let play, let slot):
        await context.graph.emit(
          PlaybackEvent(.play, play: play, slot: slot, pressedAt: pressedAt, time: time), on: "playback")
      }
    }
  }

  /// Sees to it that somebody looks when a light's time is up or a length is to be read. Who looks sooner looks again.
  private func watch() {
    guard let due = [selection.deadline, unread?.from].compactMap({ $0 }).min() else { return }
    if let nextLook, nextLook <= due { return }
    watchdog?.cancel()
    nextLook = due
    let time = context.time
    watchdog = Task { [weak self] in
      do { try await time.sleep(until: due) } catch { return }
      await self?.look()
    }
  }

  private func look() async {
    nextLook = nil
    if let unread, unread.from <= context.time.now {
      self.unread = nil
      await learnLength(of: unread.play, slot: unread.slot)
    }
    let actions = selection.tick(at: context.time.now)
    if !actions.isEmpty { overdue.add() }
    await perform(actions, pressedAt: context.time.now)
    watch()
  }

  /// In a quiet moment: whoever pressed does not wait for the disk.
  private func setNumbersAsideLater() {
    let time = context.time
    Task { [weak self] in
      do { try await time.sleep(until: time.now + .seconds(1)) } catch { return }
      await self?.setNumbersAside()
    }
  }

  private func setNumbersAside() async {
    reserved = selection.next + Self.reserve
    await context.store.set("plays", to: .integer(Int64(reserved)))
  }

  private static func selection(_ config: PanelSelector.Config, next: Int) -> Selection {
    Selection(
      slots: config.naming.slots, margin: .seconds(config.marginSeconds),
      unknownLength: .seconds(config.unknownSeconds), next: next)
  }
}
