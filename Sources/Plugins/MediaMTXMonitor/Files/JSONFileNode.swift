import RouterCore

/// The control half of `json.file`: one write at a time, of what is newest when it begins.
actor JSONFileNode: LiveNode {
  /// What the file is to become.
  private enum Wish: Sendable {
    case value(JSON)
    case nothing
  }

  private var config: JSONFile.Config
  private let place: FilePlace
  private let context: NodeContext
  private let wake = Wake()
  private var wish: Wish?
  private let written: Metric
  private let replaced: Metric

  init(_ config: JSONFile.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    place = FilePlace(path: config.path.hasPrefix("/") ? config.path : "\(context.folder)/\(config.path)")
    written = context.metrics.counter("router_file_written_total", "Times the file was written")
    replaced = context.metrics.counter(
      "router_file_replaced_total", "Events that a newer one replaced before they were written")
  }

  func update(to config: JSONFile.Config) async { self.config = config }

  /// Makes the folder and looks whether the file can be written; writes what waits.
  func prepare() async throws(NodeFailure) {
    let place = place
    if let failure = await context.blocking.run({ place.ready() }) { throw place.failure(failure) }
    try await write()
  }

  func run() async throws(NodeFailure) {
    while !Task.isCancelled {
      try await write()
      guard wish == nil else { continue }
      await wake.wait(until: context.time.now + .seconds(3600), on: context.time)
    }
  }

  /// At the end, not after a failure: writes what waits.
  func stop() async {
    guard Task.isCancelled else { return }
    do throws(NodeFailure) { try await write() } catch {
      context.log.warning("the newest event is lost", ("reason", error.reason))
    }
  }

  func receive(_ event: Event, on port: String) async {
    if event.isWithdrawn, config.whenWithdrawn == .keep { return }
    if wish != nil { replaced.add() }
    wish = event.isWithdrawn ? .nothing : .value(event.payload.json)
    wake.ring()
  }

  private func write() async throws(NodeFailure) {
    guard let taken = wish else { return }
    wish = nil
    let (place, indent, sync) = (place, config.indent, config.sync)
    let failure = await context.blocking.run { () -> SystemError? in
      switch taken {
      case .nothing: return place.clear()
      case .value(let value):
        let text = (indent ? value.pretty() : value.compact) + "\n"
        return AtomicFile.write(Array(text.utf8), to: place.path, isDurable: sync)
      }
    }
    guard let failure else { return written.add() }
    // What came meanwhile is newer.
    wish = wish ?? taken
    throw place.failure(failure)
  }
}
