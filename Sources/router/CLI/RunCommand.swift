import Glibc
import RouterCore

/// `router run`: the daemon.
enum RunCommand: Command {
  static let name = "run"
  static let usage = "router run [routes.json] [-v] [-c NAME] [--web-only] [--once] [--no-save]"
  static let summary = "runs the graph of a routes document until it is told to stop"
  static let flags = [
    Flag("-v", "--verbose", help: "logs at level debug"),
    Flag("-c", "--config", value: "NAME", help: "takes profiles/NAME.json instead of routes.json"),
    Flag("--web-only", help: "disables nodes that open a sound device"),
    Flag(
      "--once",
      help: "runs only what polls, and what that feeds, for one look without listeners; prints the records, their count"
    ),
    Flag("--no-save", help: "keeps changes made by the admin API in memory"),
    Flag("--json", help: "with --once: prints the records as one JSON array, and nothing else"),
  ]
  static let positional = ["routes.json"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let started = Instant.now()
    if arguments.value("-c") != nil, !arguments.positional.isEmpty {
      throw UsageError("give a file or -c NAME, not both")
    }
    let file = arguments.value("-c").map { "profiles/\($0).json" } ?? arguments.positional.first ?? "routes.json"
    StartupMemory.limitHeaps()
    Signals.ignoreBrokenPipes()
    let registrar = PluginList.makeRegistrar()
    let loaded = DocumentFile.load(file, registrar)
    if !loaded.report.isEmpty { Terminal.error(loaded.report) }
    guard var document = loaded.document else { return 1 }
    let overrides = RunOverrides(
      isVerbose: arguments.has("-v"), isWebOnly: arguments.has("--web-only"), keepsFile: arguments.has("--no-save"),
      isOnce: arguments.has("--once"))
    overrides.apply(to: &document)
    let log = StandardLog(format: document.log.format)
    defer { log.flush() }
    let said = Log(source: "router", level: document.log.level, sink: log)
    do throws(SystemError) {
      let host = try await Host(
        document: document, text: loaded.text, file: file, registrar: registrar, log: log, overrides: overrides,
        started: started)
      if overrides.isOnce { return await host.lookOnce(asJSON: arguments.has("--json")) }
      return await serve(host, log: said)
    } catch {
      said.error("cannot start: \(error)")
      return 1
    }
  }

  /// Runs until a signal asks for the end; then at most three seconds.
  private static func serve(_ host: Host, log: Log) async -> Int32 {
    let (signals, inlet) = AsyncStream.makeStream(of: Signal.self)
    Signals.take { inlet.yield($0) }
    do throws(NodeFailure) {
      try await host.start()
    } catch {
      log.error("cannot start: \(error.reason)" + (error.hint.map { "; \($0)" } ?? ""))
      return 1
    }
    let manager = ServiceManager(Terminal.environment)
    manager?.say("READY=1")
    let heart = Task { await manager?.keepAlive(SystemTime()) { await host.showLife() } }
    let tidying = Task { await StartupMemory.giveBack(SystemTime()) }
    for await signal in signals {
      if signal == .hangUp {
        log.info("SIGHUP: reading the document again")
        manager?.say("RELOADING=1")
        await host.reload(.signal)
        manager?.say("READY=1")
        continue
      }
      break
    }
    manager?.say("STOPPING=1")
    heart.cancel()
    tidying.cancel()
    Deadline.end(after: 3)
    await host.stop()
    return 0
  }
}

/// Ends the process when an orderly stop takes too long.
enum Deadline {
  static func end(after seconds: UInt32) {
    alarm(seconds)
  }
}
