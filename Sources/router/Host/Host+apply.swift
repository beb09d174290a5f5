import RouterCore

extension Host {
  /// The entity tag of the document that plays, with its quotes. Another process has other tags.
  var tag: String { "\"\(boot).\(revision)\"" }

  /// Applies a change: checks everything, prepares beside the running graph, commits, is on disk when it returns.
  ///
  /// Changes come one after the other. What somebody saved in the file a moment ago is taken over first.
  /// - Throws: `DocumentRefusal`; then graph, file and revision are as they were.
  func apply(_ request: DocumentRequest) async throws(DocumentRefusal) -> DocumentAnswer {
    await beginTurn()
    defer { turns.end() }
    if !request.terms.isDryRun { await takeSavedFile() }
    return try await change(request)
  }

  func beginTurn() async {
    if !turns.take() { await withCheckedContinuation { turns.enqueue($0) } }
  }

  /// One change; the turn is ours.
  func change(_ request: DocumentRequest) async throws(DocumentRefusal) -> DocumentAnswer {
    if case .oneOf(let tags) = request.terms.base, !tags.contains(tag) {
      throw DocumentRefusal(
        kind: .stale, detail: "the document is at revision \(revision) (\(tag)); this was made for another one")
    }
    let begun = Instant.now()
    let edited = try await edited(by: request.change)
    let checked = Instant.now()
    var answer = DocumentAnswer(
      revision: revision, tag: tag, plan: RewirePlan(from: document, to: edited.document), warnings: edited.warnings,
      facts: edited.facts)
    answer.warnings += startWarnings(edited.document)
    answer.timing.check = checked - begun
    if request.terms.isDryRun { return answer }
    if edited.text == history.current, edited.document.json == document.json { return answer }
    answer.plan = try await rewire(edited, request)
    let rewired = Instant.now()
    let failure = await file.publish(edited.text)
    answer.timing.rewire = rewired - checked
    answer.timing.save = Instant.now() - rewired
    await take(edited, answer.plan, request)
    (answer.revision, answer.tag) = (revision, tag)
    guard let failure else { return answer }
    log.error("revision \(revision) plays, but is not saved: \(failure)")
    throw DocumentRefusal(kind: .notSaved, detail: "the change plays, but is not saved: \(failure)")
  }

  /// The graph of the new document, prepared with its file beside the old one; nothing has changed if it throws.
  private func rewire(_ edited: CheckedDocument, _ request: DocumentRequest) async throws(DocumentRefusal) -> RewirePlan
  {
    let before = document.limits
    do throws(NodeFailure) {
      try await admin?.move(to: edited.document)
    } catch {
      let problem = Problem(path: "admin.listen", pointer: "/admin/listen", message: error.reason, hint: error.hint)
      throw DocumentRefusal(kind: .refused, detail: error.reason, problems: [problem])
    }
    limits.withLock { $0 = edited.document.limits }
    let (file, text) = (file, edited.text)
    let isOnDisk = if case .saved = request.change { true } else { false }
    do throws(RewireRefusal) {
      return try await graph.rewire(to: edited.document, options: request.terms.rewire) { () throws(RewireRefusal) in
        try await file.prepare(text, isOnDisk: isOnDisk)
      }
    } catch {
      await file.discard()
      limits.withLock { $0 = before }
      do throws(NodeFailure) { try await admin?.takeBack() } catch {
        log.error("the admin API is unreachable: \(error.reason)")
      }
      throw DocumentRefusal(error)
    }
  }

  /// The rewire is done: from now on this is the document.
  private func take(_ edited: CheckedDocument, _ plan: RewirePlan, _ request: DocumentRequest) async {
    switch request.change {
    case .undo: history.undo()
    case .redo: history.redo()
    default: history.push(edited.text)
    }
    document = edited.document
    revision += 1
    documentProblems = []
    access.setToken(document.admin.token)
    levels.apply(document, renamed: plan.renamed)
    standardLog?.setFormat(document.log.format)
    for (old, new) in plan.renamed { book.rename(old, to: new) }
    await state.rename(plan.renamed)
    if await admin?.settle() == true { log.info("admin API", ("url", "\(admin?.url ?? "")/api/v1/graph")) }
    let facts = GraphJSON.applied(plan)
    log.info("revision \(revision)", ("by", request.origin.rawValue), ("changed", GraphJSON.summary(plan)))
    hub.publish(
      .graph,
      .object(
        [
          .init("change", "applied"), .init("revision", .integer(Int64(revision))), .init("tag", .string(tag)),
          .init("by", .string(request.origin.rawValue)),
        ] + facts))
  }

  /// What of a document only counts when the process starts again.
  private func startWarnings(_ new: RoutesDocument) -> [Problem] {
    guard new.ioThreads != document.ioThreads else { return [] }
    var warning = Problem.warning("ioThreads", "takes effect at the next start")
    warning.pointer = "/ioThreads"
    return [warning]
  }
}

extension DocumentRefusal {
  init(_ refusal: RewireRefusal) {
    switch refusal.kind {
    case .wouldWait: kind = .wouldWait
    case .notSaved: kind = .notSaved
    case .stopping: kind = .stopping
    case .blocked, .failed: kind = .refused
    }
    detail = refusal.problems.first?.text(file: "") ?? "the graph refused the change"
    problems = refusal.problems
  }
}
