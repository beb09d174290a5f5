import RouterCore

/// The control half of `panel.serial`: opens the port, and stands between its thread and the graph.
actor PanelSerialNode: Node {
  /// Somebody stands before the panel.
  private static let longestWait = Duration.seconds(5)

  private let config: PanelSerial.Config
  private let context: NodeContext
  private let presses: Metric
  private let losses: Metric
  private let unconfirmed: Metric
  private let connected: Metric
  private var port: SerialPort?
  private var path: String
  private var thread: PanelThread?
  private var facts = PanelLink.Facts()
  /// The slot whose light is to be on.
  private var wanted: Int?

  init(_ config: PanelSerial.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    path = config.device
    let metrics = context.metrics
    presses = metrics.counter("router_panel_presses_total", "Buttons pressed")
    losses = metrics.counter("router_panel_long_lines_total", "Lines too long to be a panel's")
    unconfirmed = metrics.counter("router_panel_unconfirmed_total", "Lights the panel did not confirm within a second")
    connected = metrics.gauge("router_panel_connected", "1 while the panel answers")
  }

  func prepare() async throws(NodeFailure) {
    let config = config
    let opened = await context.blocking.run { () -> Result<SerialPort, SerialPort.Failure> in
      do throws(SerialPort.Failure) {
        return .success(try SerialPort(path: config.device, baud: config.baud, lockFile: config.lockFile))
      } catch { return .failure(error) }
    }
    switch opened {
    case .success(let opened): port = opened
    case .failure(.missing(let reason)):
      throw await failure(.missing, reason, hint: "is it plugged in? router types panel.serial lists what is there")
    case .failure(.refused(let reason, let hint)): throw await failure(.blocked, reason, hint: hint)
    }
  }

  func run() async throws(NodeFailure) {
    let (news, told) = AsyncStream.makeStream(of: PanelThread.News.self)
    guard let open = port else { return }
    port = nil
    path = open.path
    do throws(SystemError) {
      thread = try PanelThread(open, wanted: wanted.map(wire), past: facts) { told.yield($0) }
    } catch { throw NodeFailure(.broken, "cannot talk with the panel: \(error)") }
    var end = "stopped"
    for await one in news {
      if case .closed(let reason) = one {
        end = reason
        break
      }
      await take(one)
    }
    let thread = thread
    self.thread = nil
    await thread?.stop()
    facts.isConnected = false
    facts.lit = nil
    guard !Task.isCancelled else { return }
    throw await failure(.missing, end, hint: nil)
  }

  func stop() async {
    await thread?.stop()
    thread = nil
    // One that was opened and never used.
    port?.end()
    port = nil
    await tell(problem: nil)
  }

  func receive(_ event: Event, on portName: String) async {
    guard let leds = event.payload as? LedsEvent else { return }
    wanted = event.isWithdrawn ? nil : leds.slot
    thread?.light(wanted.map(wire))
  }

  private func take(_ news: PanelThread.News) async {
    switch news {
    case .press(let number, let instant):
      presses.add()
      let press = PressEvent(
        slot: number + config.slotOffset, by: .panel, pressedAt: instant, time: .now() - (.now() - instant))
      await context.graph.emit(press, on: "presses")
    case .facts(let new):
      if new.isConnected != facts.isConnected { context.log.info("the panel answers", ("device", path)) }
      facts = new
      await tell(problem: nil)
    case .note(let words): context.log.warning(words, ("device", path))
    case .lost(let lines): losses.add(lines)
    case .unconfirmed(let count): unconfirmed.add(count)
    case .closed: break
    }
  }

  private func wire(_ slot: Int) -> Int { slot - config.slotOffset }

  private func failure(_ kind: NodeFailure.Kind, _ reason: String, hint: String?) async -> NodeFailure {
    await tell(problem: reason)
    return NodeFailure(kind, reason, hint: hint, longestWait: Self.longestWait)
  }

  private func tell(problem: String?) async {
    connected.set(facts.isConnected ? 1 : 0)
    var status = PanelStatusEvent(port: path, isConnected: facts.isConnected)
    status.firmware = facts.firmware
    status.lit = facts.lit.map { $0 + config.slotOffset }
    status.buttons = facts.buttons
    status.leds = facts.leds
    status.mode = facts.mode
    status.restarts = facts.restarts
    status.errors = facts.errors
    status.problem = problem
    await context.graph.emit(status, on: "status")
  }
}
