extension RunningGraph {
  /// Replaces the running graph by another, at once or not at all.
  ///
  /// New nodes prepare beside the running ones; those that need what an old one holds prepare when it has let go. Then
  /// `save` is called, then every loop changes its paths between two packets, which cannot fail; old nodes stop
  /// afterwards. Whatever is refused leaves the graph as it was; what was let go is taken up again.
  ///
  /// - Parameters:
  ///   - document: Read and checked.
  ///   - save: Makes the document durable beside the old one; a refusal undoes everything.
  /// - Returns: What was done.
  /// - Throws: ``RewireRefusal``.
  @discardableResult
  public func rewire(
    to document: RoutesDocument, options: RewireOptions = RewireOptions(),
    save: @Sendable () async throws(RewireRefusal) -> Void = {}
  ) async throws(RewireRefusal) -> RewirePlan {
    await turn.enter()
    do throws(RewireRefusal) {
      let plan = try await rewireAlone(to: document, options, save)
      await turn.leave()
      return plan
    } catch {
      await turn.leave()
      throw error
    }
  }

  private func rewireAlone(
    to document: RoutesDocument, _ options: RewireOptions, _ save: @Sendable () async throws(RewireRefusal) -> Void
  ) async throws(RewireRefusal) -> RewirePlan {
    if isStopping { throw RewireRefusal(.stopping, [Problem(path: "", message: "the router is stopping")]) }
    let plan = RewirePlan(from: self.document, to: document)
    let change = succession(to: document, plan)
    var stopped: [RunningNode] = []
    do throws(RewireRefusal) {
      try await probe(change.updated)
      await waitForRetiring(inTheWayOf: change.heirs.map(\.node.plan))
      try await prepare(change.heirs.filter { !$0.waits }, options)
      if !change.letGo.isEmpty {
        stopped = change.letGo
        await stop(change.letGo, within: options.deadline)
        try await prepare(change.heirs.filter(\.waits), options)
      }
      try await save()
    } catch {
      await abandon(change, takingUp: stopped, options)
      throw error
    }
    await commit(document, plan, change, options)
    return plan
  }

  // MARK: Before the commit

  /// Asks nodes that are to take options in place whether they could.
  private func probe(_ updated: [RunningNode]) async throws(RewireRefusal) {
    var problems: [Problem] = []
    for running in updated {
      guard let node = running.supervisor?.node else { continue }
      do throws(NodeFailure) {
        try await running.plan.config.probe(node)
      } catch {
        let (path, pointer) = ("nodes.\(running.plan.id)", "/nodes/\(running.plan.id)")
        problems.append(Problem(path: path, pointer: pointer, message: error.reason, hint: error.hint))
      }
    }
    if !problems.isEmpty { throw RewireRefusal(.blocked, problems) }
  }

  /// Starts new nodes together and judges how each first try ended.
  private func prepare(_ heirs: [Succession.Heir], _ options: RewireOptions) async throws(RewireRefusal) {
    for heir in heirs { await heir.node.supervisor?.start(held: true) }
    var refusal: RewireRefusal?
    for heir in heirs {
      guard let outcome = await heir.node.supervisor?.waitForFirstTry(limit: options.deadline) else { continue }
      guard let (kind, problem) = judge(outcome, of: heir, options) else { continue }
      refusal = RewireRefusal(refusal?.kind ?? kind, (refusal?.problems ?? []) + [problem])
    }
    if let refusal { throw refusal }
  }

  /// nil where the rewire may go on.
  private func judge(
    _ outcome: NodeSupervisor.FirstTry, of heir: Succession.Heir, _ options: RewireOptions
  ) -> (RewireRefusal.Kind, Problem)? {
    let (path, pointer) = ("nodes.\(heir.node.plan.id)", "/nodes/\(heir.node.plan.id)")
    switch outcome {
    case .running: return nil
    case .late:
      let seconds = options.deadline.nanoseconds / 1_000_000_000
      return (.failed, Problem(path: path, pointer: pointer, message: "was not ready within \(seconds) s"))
    case .failed(let failure):
      let problem = Problem(path: path, pointer: pointer, message: failure.reason, hint: failure.hint)
      switch failure.kind {
      case .missing: return heir.followsRunning && !options.isForced ? (.wouldWait, problem) : nil
      case .blocked: return (.blocked, problem)
      case .broken: return (.failed, problem)
      }
    }
  }

  /// Forgets the new nodes and takes up what was let go.
  private func abandon(_ change: Succession, takingUp stopped: [RunningNode], _ options: RewireOptions) async {
    for heir in change.heirs {
      heir.node.instance.role = .retired
      forgetHeld(from: heir.node.instance)
    }
    await openings.open()
    await stop(change.heirs.map(\.node), within: options.deadline)
    for id in change.next.keys where nodes[id] == nil { metrics.remove(node: id) }
    for old in stopped { await old.supervisor?.start() }
    for old in stopped { await old.supervisor?.waitForFirstTry(limit: options.deadline) }
  }

  /// Stops nodes together; one that takes too long is left to its own.
  func stop(_ nodes: [RunningNode], within limit: Duration) async {
    let supervisors = nodes.compactMap(\.supervisor)
    await withTaskGroup(of: Void.self) { group in
      for supervisor in supervisors { group.addTask { await supervisor.stop(within: limit) } }
    }
  }

  // MARK: The commit

  private func commit(
    _ document: RoutesDocument, _ plan: RewirePlan, _ change: Succession, _ options: RewireOptions
  ) async {
    await openings.close()
    let oldLinks = links
    for (old, new) in plan.renamed { await rename(old, to: new, along: oldLinks) }
    let touched = touchedNodes(plan, change, document)
    let paths = await replan(PathMap(nodes: change.next, links: document.links), touched)
    await closings.close()
    await commitPaths(paths, overlap: options.crossfade)
    self.document = document
    nodes = change.next
    for old in change.gone { old.instance.role = .retired }
    for heir in change.heirs { heir.node.instance.role = .current }
    await closings.open()
    await openings.open()
    await settle(plan, change, oldLinks, options)
  }

  /// Everything after which the new graph is as a graph started with the document.
  private func settle(
    _ plan: RewirePlan, _ change: Succession, _ oldLinks: [PlannedLink], _ options: RewireOptions
  ) async {
    for node in change.updated { await node.supervisor?.update(to: node.plan.config) }
    for id in plan.removed {
      await withdrawStates(of: id, along: oldLinks)
      metrics.remove(node: id)
    }
    await tellStates(fresh: Set(change.heirs.map(\.node.plan.id)), oldLinks)
    for heir in change.heirs {
      observer.changed(.node(heir.node.instance.id, heir.node.instance.state))
      await tellHeld(from: heir.node.instance)
      await heir.node.supervisor?.release()
    }
    retire(change.gone, within: options.deadline)
  }

  /// A node runs on under another id.
  private func rename(_ old: NodeID, to new: NodeID, along oldLinks: [PlannedLink]) async {
    guard let running = nodes[old] else { return }
    await moveStates(of: old, to: new, along: oldLinks)
    running.instance.id = new
    await running.mailbox.move(to: new)
    metrics.rename(node: old, to: new)
    observer.changed(.renamed(old, to: new))
  }

  /// Nodes whose places or ways out are others than before, by old and new ids.
  private func touchedNodes(_ plan: RewirePlan, _ change: Succession, _ document: RoutesDocument) -> Set<NodeID> {
    var touched = Set(plan.added + plan.removed + plan.replaced)
    touched.formUnion(change.heirs.map(\.node.plan.id) + change.gone.map(\.plan.id))
    for (old, new) in plan.renamed { touched.formUnion([old, new]) }
    for link in document.links where link.kind == .audio && touched.contains(link.to.node) {
      touched.insert(link.from.node)
    }
    let (added, removed) = (Set(plan.linksAdded), Set(plan.linksRemoved))
    for link in document.links where added.contains(link.id) { touched.insert(link.from.node) }
    for link in self.document.links where removed.contains(link.id) { touched.insert(link.from.node) }
    return touched
  }
}
