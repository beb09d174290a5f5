/// Builds the tree of places one stream passes. Lives for the length of one opening.
struct PathBuilder {
  let stream: StreamID
  let offer: StreamOffer
  let origin: NodeID
  let loop: Loop
  let links: [PlannedLink]
  private var places = 0
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
    guard let (node, port) = graph.target(of: link) else { return nil }
    if let refusal = refusal(format, at: port) {
      refused[link.id] = refusal
      return nil
    }
    places += 1
    let request = StageRequest(
      stream: stream, port: port.name, format: format, offer: offer, origin: origin, loop: loop)
    do throws(StageRefusal) {
      let made = try await node.makeStage(for: request)
      passed.append(link.to.node)
      let output = graph.mainOutput(of: link.to.node)
      let below: [Branch] =
        if let format = made.output { await self.below(link.to.node, port: output, format: format, in: graph) } else {
          []
        }
      return Branch(node: link.to.node, link: link.id, format: format, stage: made.stage, below: below)
    } catch {
      refused[link.id] = error
      return nil
    }
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
