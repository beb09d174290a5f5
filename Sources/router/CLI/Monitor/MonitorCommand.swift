import RouterCore
import RouterWeb

/// `router monitor`: levels, rates, delays and drops of a running graph, live.
enum MonitorCommand: Command {
  static let name = "monitor"
  static let usage = "router monitor [--count N] [--url URL] [--token TOKEN] [--json]"
  static let summary = "shows levels, packets per second, delay and drops of every link, live; q quits"
  static let flags = [Flag("--count", value: "N", help: "ends after N looks, one a second; 1 to 1000000")] + Flag.admin
  static let positional: [String] = []

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let count = try arguments.number("--count", in: 1...1_000_000, else: .max)
    let client = try AdminClient(arguments)
    Signals.ignoreBrokenPipes()
    if !arguments.has("--json"), arguments.value("--count") == nil, let terminal = RawTerminal() {
      return await MonitorLoop(client: client).show(on: terminal)
    }
    return await MonitorLoop(client: client).report(count: count, asJSON: arguments.has("--json"))
  }
}

/// Collects what a running router tells, and shows it until somebody quits.
struct MonitorLoop {
  private enum Input: Sendable {
    case graph(JSON)
    case levels(JSON)
    case failed(AdminRefusal)
    case quit
  }

  private static let looks = Duration.seconds(1)
  /// Between two pictures.
  private static let pictures = Duration.milliseconds(90)

  let client: AdminClient

  func show(on terminal: RawTerminal) async -> Int32 {
    let (inputs, inlet) = AsyncStream.makeStream(of: Input.self, bufferingPolicy: .bufferingNewest(64))
    let tasks = follow(inlet)
    let keys = BlockingPool(threads: 1)
    let listener = Task {
      while let key = await keys.run({ RawTerminal.key() }) {
        if key == UInt8(ascii: "q") || key == 3 { break }
      }
      inlet.yield(.quit)
    }
    defer { for task in tasks + [listener] { task.cancel() } }
    var model = MonitorModel()
    var trouble: String?
    var lastPicture = Instant(nanoseconds: 0)
    let colour = Terminal.environment("NO_COLOR") == nil
    loop: for await input in inputs {
      switch input {
      case .quit: break loop
      case .failed(let refusal): trouble = refusal.message
      case .levels(let json): model.take(levels: json, at: .now())
      case .graph(let json):
        trouble = nil
        model.take(graph: json, at: .now())
      }
      if case .levels = input, .now() - lastPicture < Self.pictures { continue }
      lastPicture = .now()
      let size = terminal.size
      let screen = MonitorScreen(columns: size.columns, rows: size.rows, hasColour: colour)
      terminal.show(screen.lines(model, at: lastPicture, url: client.url, trouble: trouble))
    }
    terminal.restore()
    return 0
  }

  func report(count: Int, asJSON: Bool) async -> Int32 {
    let (inputs, inlet) = AsyncStream.makeStream(of: Input.self, bufferingPolicy: .bufferingNewest(64))
    let tasks = follow(inlet)
    defer { for task in tasks { task.cancel() } }
    var model = MonitorModel()
    var looks = -1
    for await input in inputs {
      switch input {
      case .quit: return 0
      case .levels(let json): model.take(levels: json, at: .now())
      case .failed(let refusal):
        Terminal.error(refusal.text(command: MonitorCommand.name))
        return 1
      case .graph(let json):
        let now = Instant.now()
        model.take(graph: json, at: now)
        looks += 1
        // The first look has no rates yet.
        if looks == 0 { continue }
        let time = WallTime.now().iso8601
        let lines = MonitorReport.lines(model, at: now, time: time)
        Terminal.outNow(asJSON ? MonitorReport.json(model, at: now, time: time).compact : lines.joined(separator: "\n"))
        if looks >= count { return 0 }
      }
    }
    return 0
  }

  /// Asks for the graph once a second and follows the levels; both go on when the router comes back.
  private func follow(_ inlet: AsyncStream<Input>.Continuation) -> [Task<Void, Never>] {
    Signals.take { signal in if signal != .hangUp { inlet.yield(.quit) } }
    let client = client
    let graph = Task {
      while !Task.isCancelled {
        do throws(AdminRefusal) { inlet.yield(.graph(try await client.call("GET", "/graph"))) } catch {
          inlet.yield(.failed(error))
        }
        try? await SystemTime().sleep(until: .now() + Self.looks)
      }
    }
    let levels = Task {
      while !Task.isCancelled {
        let parser = PthreadLock(EventText())
        try? await client.events("level") { bytes in
          for event in parser.withLock({ $0.take(bytes) }) where event.name == "level" {
            if let json = try? JSON(strict: Array(event.data.utf8)) { inlet.yield(.levels(json)) }
          }
        }
        try? await SystemTime().sleep(until: .now() + Self.looks)
      }
    }
    return [graph, levels]
  }
}
