import RouterCore

/// `router run --once`: one look of everything that polls.
extension Host {
  /// Starts the nodes, asks each poller for one look, lets what it brought run through the graph, prints the records and
  /// stops.
  ///
  /// - Parameter asJSON: One array and nothing else on standard output; else a line a record, then their count.
  /// - Returns: The exit status: 1 if a look failed, a node does not run, or nothing polls.
  func lookOnce(asJSON: Bool) async -> Int32 {
    let pollers = document.pollers
    guard !pollers.isEmpty else {
      log.error("no node of the document polls")
      await stop()
      return 1
    }
    await graph.start(document)
    var isFine = true
    for poller in pollers {
      do throws(ActionFailure) { _ = try await graph.perform("poll", on: poller, with: .object([])) } catch {
        log.error("\(poller): \(error.reason)")
        isFine = false
      }
    }
    await graph.drainEvents()
    let records = await graph.standingStates().compactMap(\.payload.records).flatMap { $0 }
    for node in await graph.snapshot().nodes where node.state != .running && node.state != .disabled {
      log.error("\(node.plan.id) is \(node.state.word)" + (node.state.reason.map { ": \($0)" } ?? ""))
      isFine = false
    }
    await stop()
    if asJSON {
      Terminal.out(JSON.array(records).pretty())
    } else {
      for record in records { Terminal.out(record.compact) }
      Terminal.out(CheckCommand.count(records.count, "record"))
    }
    return isFine ? 0 : 1
  }
}
