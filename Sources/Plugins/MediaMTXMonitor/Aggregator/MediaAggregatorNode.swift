import RouterCore

/// The control half of `mediamtx.aggregator`: one ``StreamBook`` and its words.
actor MediaAggregatorNode: LiveNode {
  private let context: NodeContext
  private let changes: [StreamChangeEvent.Change: Metric]
  private var config: MediaAggregator.Config
  private var book: StreamBook
  private var server: String?

  init(_ config: MediaAggregator.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    book = StreamBook(stallAfter: .seconds(config.stallSeconds), hiddenPrefixes: config.hidePrefixes)
    var changes: [StreamChangeEvent.Change: Metric] = [:]
    for change in StreamChangeEvent.Change.allCases {
      changes[change] = context.metrics.counter(
        "router_mediamtx_changes_total", "Changes of streams and of the server", reason: change.rawValue)
    }
    self.changes = changes
  }

  func update(to config: MediaAggregator.Config) async {
    self.config = config
    book.stallAfter = .seconds(config.stallSeconds)
    book.hiddenPrefixes = config.hidePrefixes
  }

  func receive(_ event: Event, on port: String) async {
    guard let snapshot = event.payload as? SnapshotEvent, !event.isWithdrawn else { return }
    if server != snapshot.server {
      book = StreamBook(stallAfter: .seconds(config.stallSeconds), hiddenPrefixes: config.hidePrefixes)
      server = snapshot.server
    }
    let outcome = book.take(snapshot)
    await context.graph.emit(outcome.server, on: "server")
    if let streams = outcome.streams { await context.graph.emit(streams, on: "streams") }
    for change in outcome.changes {
      changes[change.change]?.add()
      await context.graph.emit(change, on: "changes")
    }
  }
}
