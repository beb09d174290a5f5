import RouterCore

/// The file: what somebody saves is applied, or reported and left alone.
extension Host {
  /// Follows the file from now on.
  func watchFile() {
    do throws(SystemError) {
      let watch = try DocumentWatch(file.store)
      self.watch = watch
      Task { [weak self] in
        for await change in watch.changes { await self?.noticed(change) }
      }
    } catch {
      log.warning("\(file.path) is not watched: \(error)", ("hint", "SIGHUP reads it again"))
    }
  }

  private func noticed(_ change: DocumentChange) async {
    switch change {
    case .edited: await reload(.file)
    case .current:
      await beginTurn()
      defer { turns.end() }
      report([])
    case .unreadable(let failure): log.warning("\(file.path) cannot be read: \(failure); the graph plays on")
    }
  }

  /// Looks at the file because it changed, or because a signal asks.
  func reload(_ origin: DocumentRequest.Origin) async {
    await beginTurn()
    defer { turns.end() }
    do throws(SystemError) {
      guard let text = try await file.newText(evenIfSeen: true) else { return }
      if origin == .signal, text == history.current { log.info("\(file.name) is what plays already") }
      if let problems = await take(text, origin) { report(problems) }
    } catch {
      log.warning("\(file.path) cannot be read: \(error); the graph plays on")
    }
  }

  /// Takes over what somebody saved a moment ago, before another change; the turn is ours. A text with problems may be
  /// half written: the watch looks at it again.
  func takeSavedFile() async {
    do throws(SystemError) {
      if let text = try await file.newText(evenIfSeen: false) { _ = await take(text, .file) }
    } catch {
      log.debug("\(file.path) cannot be read: \(error)")
    }
  }

  /// Applies a text that stands on disk. - Returns: nil if it plays now; else what is wrong with it.
  private func take(_ text: [UInt8], _ origin: DocumentRequest.Origin) async -> [Problem]? {
    if text == history.current { return [] }
    do throws(DocumentRefusal) {
      _ = try await change(DocumentRequest(change: .saved(text), origin: origin))
      return nil
    } catch {
      return error.problems.isEmpty ? [Problem(path: "", message: error.detail)] : error.problems
    }
  }

  /// Says what is wrong with the file; the graph plays on.
  private func report(_ problems: [Problem]) {
    guard problems != documentProblems else { return }
    documentProblems = problems
    for problem in problems {
      let line = problem.text(file: file.name)
      if problem.severity == .error { log.error(line) } else { log.warning(line) }
    }
    if problems.hasErrors { log.error("\(file.name) is not applied; the graph plays on") }
    hub.publish(
      .graph, ["change": "problems", "revision": .integer(Int64(revision)), "problems": .array(problems.map(\.json))])
  }
}
