/// Builds the tree of places one stream passes. Lives for the length of one opening.
struct PathBuilder {
  let stream: StreamID
  let offer: StreamOffer
  let origin: NodeID
  /// The loop of the place being built: the source's, or a worker's below a handoff.
  private var loop: Loop
  let links: [PlannedLink]
  private var places = 0
  /// Lower halves on worker loops, already open there.
  private(set) var handoffs: [(id: HandoffID, loop: Loop)] = []
  /// Nodes passed, upstream first.
  private(set) var passed: [NodeID] = []
  private(set) var refused: [LinkID: StageRefusal] = [:]

  init(stream: StreamID, offer: StreamOffer, origin: NodeID, loop: Loop, links: [PlannedLink]) {
    self.stream = stream
    self.offer = offer
    self.origin = origin
    self.loop = loop
    self.links = links
  }

  /// The places below an output port, one per link that can carry the format.
  mutating func below(
    _ node: NodeID, port: String, format: StreamFormat, in graph: isolated RunningGraph
  ) async -> sending [Branch] {
    var branches: [Branch] = []
    for link in links where link.kind == .audio && link.from == PortReference(node: node, port: port) {
      guard let branch = await place(at: link, format: format, in: graph) else { continue }
      branches.append(branch)
    }
    return branches
  }

  private mutating func place(
    at link: PlannedLink, format: StreamFormat, in graph: isolated RunningGraph
  ) async -> sending Branch? {
    guard let target = graph.target(of: link) else { return nil }
    let (node, port) = (target.node, target.port)
    if let refusal = refusal(format, at: port) {
      refused[link.id] = refusal
      return nil
    }
    places += 1
    do throws(StageRefusal) {
      guard target.isWorker, let worker = graph.nextWorker() else {
        return try await branch(node, link, link.id, format, in: graph)
      }
      let home = loop
      defer { loop = home }
      loop = worker
      return await handOff(to: worker, try await branch(node, link, "", format, in: graph), link, format, in: graph)
    } catch {
      refused[link.id] = error
      return nil
    }
  }

  /// The node's stage and everything below it.
  private mutating func branch(
    _ node: any Node, _ link: PlannedLink, _ id: LinkID, _ format: StreamFormat, in graph: isolated RunningGraph
  ) async throws(StageRefusal) -> sending Branch {
    let request = StageRequest(
      stream: stream, port: link.to.port, format: format, offer: offer, origin: origin, loop: loop)
    let made = try await node.makeStage(for: request)
    passed.append(link.to.node)
    guard let output = made.output else {
      return Branch(node: link.to.node, link: id, format: format, stage: made.stage)
    }
    let port = graph.mainOutput(of: link.to.node)
    let below = await below(link.to.node, port: port, format: output, in: graph)
    return Branch(node: link.to.node, link: id, format: format, stage: made.stage, below: below)
  }

  /// Opens the lower half on the worker and gives the place that feeds it.
  private mutating func handOff(
    to worker: Loop, _ lower: sending Branch, _ link: PlannedLink, _ format: StreamFormat,
    in graph: isolated RunningGraph
  ) async -> sending Branch {
    let ring = Ring.make(capacity: Handoff.capacity(for: format))
    let bell = HandoffBell(waker: worker.waker)
    let id = HandoffID(stream: stream, number: handoffs.count)
    handoffs.append((id, worker))
    await worker.open(id, HandoffReader(reader: ring.reader, bell: bell), lower)
    let upper = HandoffStage(writer: ring.writer, bell: bell, dropped: graph.workerDrops(of: link.to.node))
    return Branch(node: link.to.node, link: link.id, format: format, stage: upper)
  }

  private func refusal(_ format: StreamFormat, at port: Port) -> StageRefusal? {
    if places >= RunningGraph.placesPerPath {
      return StageRefusal("the stream passes \(RunningGraph.placesPerPath) places already")
    }
    guard case .audio(let codecs) = port.carries else { return StageRefusal("\(port.name) takes no sound") }
    if codecs.isEmpty || codecs.contains(format.codec) { return nil }
    let taken = codecs.map(\.rawValue).joined(separator: ", ")
    return StageRefusal("\(port.name) takes \(taken), the stream is \(format)")
  }
}
