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
  private var lengthReader: Task<Void, Never>?
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

  func stop() async {
    watchdog?.cancel()
    lengthReader?.cancel()
  }

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
    watch()
    guard let play, play != before else { return }
    plays.add()
    if play >= reserved - 1 {
      await setNumbersAside()
    } else if play == reserved - Self.reserve / 2 {
      setNumbersAsideLater()
    }
    lengthReader?.cancel()
    if let slot = press.slot { learnLengthLater(of: play, slot: slot) }
  }

  /// After the play was told, if it is still on: nobody waits for the disk, nor does the next press.
  private func learnLengthLater(of play: Int, slot: Int) {
    let time = context.time
    lengthReader = Task { [weak self] in
      do { try await time.sleep(until: time.now + .milliseconds(100)) } catch { return }
      await self?.learnLength(of: play, slot: slot)
    }
  }

  private func learnLength(of play: Int, slot: Int) async {
    let (naming, folder) = (config.naming, config.mediaPath(in: context.folder))
    let length = await context.blocking.run { () -> Duration? in
      MediaFolder.sound(of: slot, in: folder, naming).flatMap { try? SoundFile($0).length }
    }
    guard let length else { return }
    selection.know(length, of: play)
    watch()
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

  /// Waits for the time after which a light goes out by itself.
  private func watch() {
    watchdog?.cancel()
    guard let deadline = selection.deadline else { return }
    let time = context.time
    watchdog = Task { [weak self] in
      do { try await time.sleep(until: deadline) } catch { return }
      await self?.tick()
    }
  }

  private func tick() async {
    let actions = selection.tick(at: context.time.now)
    if !actions.isEmpty { overdue.add() }
    await perform(actions, pressedAt: context.time.now)
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
