/// The nodes and links a path is built along: those that run, or those that will after a rewire.
struct PathMap {
  var nodes: [NodeID: RunningGraph.RunningNode]
  var links: [PlannedLink]

  struct Target {
    let instance: NodeInstance
    let node: any Node
    let port: Port
    let isWorker: Bool
  }

  /// The audio links that leave an output port, in the order of the document.
  func links(from node: NodeID, port: String) -> [PlannedLink] {
    links.filter { $0.kind == .audio && $0.from.node == node && $0.from.port == port }
  }

  /// The node that works at the far end of a link, and the port it takes it by; nil while it is disabled.
  func target(of link: PlannedLink) -> Target? {
    guard let running = nodes[link.to.node], let node = running.supervisor?.node,
      let port = running.plan.config.ports.first(where: { $0.direction == .input && $0.name == link.to.port })
    else { return nil }
    return Target(
      instance: running.instance, node: node, port: port, isWorker: running.plan.type.traits.contains(.worker))
  }

  func mainOutput(of node: NodeID) -> String {
    nodes[node]?.plan.config.ports.first { $0.direction == .output && $0.isAudio }?.name ?? "audio"
  }
}

/// Plans the tree of places one stream passes: a new one, or the one it has after a rewire. Lives for one planning.
///
/// Heavy places of one stream run on one worker, behind a ring each; what hangs below them runs there, too. Places are
/// carried over where the same node takes the same format by the same port; first those that keep their
/// link, then those that come to hang elsewhere (a transform was put in before them, or taken out).
struct PathPlanner {
  let stream: StreamID
  let offer: StreamOffer
  let origin: NodeID
  let map: PathMap
  /// Places of the path before that nobody has taken over yet.
  private var free: [PlaceID: Place] = [:]
  /// Places that keep their link: not free for others.
  private var kept: Set<PlaceID> = []
  private var before: [Place] = []
  private var places = 0
  private var lastHandoff: Int
  /// The one worker this stream's heavy stages run on.
  private var worker: Loop?
  private(set) var parts = PathParts()
  private(set) var refused: [LinkID: StageRefusal] = [:]

  init(stream: StreamID, offer: StreamOffer, origin: NodeID, map: PathMap, lastHandoff: Int = 0) {
    self.stream = stream
    self.offer = offer
    self.origin = origin
    self.map = map
    self.lastHandoff = lastHandoff
  }

  /// Numbers handed out so far, this planning's included.
  var handoffs: Int { lastHandoff }

  /// The path from its root on.
  ///
  /// - Parameter root: As it is; its places are carried over where they can be.
  mutating func plan(_ root: Place, in graph: isolated RunningGraph) async -> Place {
    before = root.all.dropFirst().map { $0 }
    for place in before { free[place.id] = place }
    worker = before.lazy.compactMap(\.handoff?.loop).first
    keep(root)
    places = 1
    return await carry(root, link: root.link, in: graph)
  }

  /// Whether a rewire touches a path: a node on it, or a link that leaves one, is another one.
  static func touches(_ root: Place, nodes: Set<NodeID>, refusedAt refused: [LinkID]) -> Bool {
    root.all.contains { nodes.contains($0.instance.id) }
      || refused.contains { link in nodes.contains { link.contains("->\($0).") } }
  }

  /// Marks the places that stay under their parent.
  private mutating func keep(_ place: Place) {
    guard let output = place.output else { return }
    for link in map.links(from: place.instance.id, port: output.port) {
      guard let target = map.target(of: link),
        let child = place.below.first(where: {
          fits($0, target, output.format, on: place.loopBelow) && !kept.contains($0.id)
        })
      else { continue }
      kept.insert(child.id)
      keep(child)
    }
  }

  private func fits(_ place: Place, _ target: PathMap.Target, _ format: StreamFormat, on loop: Loop) -> Bool {
    place.instance === target.instance && place.port == target.port.name && place.format == format
      && place.loop === loop
  }

  private mutating func carry(_ place: Place, link: LinkID, in graph: isolated RunningGraph) async -> Place {
    free[place.id] = nil
    var carried = place
    carried.link = link
    carried.below = await below(place, in: graph)
    return carried
  }

  /// The places below an output, one per link that can carry the format.
  private mutating func below(_ place: Place, in graph: isolated RunningGraph) async -> [Place] {
    guard let output = place.output else { return [] }
    var below: [Place] = []
    for link in map.links(from: place.instance.id, port: output.port) {
      guard let target = map.target(of: link) else { continue }
      if let refusal = refusal(output.format, at: target.port) {
        refused[link.id] = refusal
        continue
      }
      places += 1
      if let old = successor(at: target, output.format, below: place) {
        below.append(await carry(old, link: link.id, in: graph))
        continue
      }
      do throws(StageRefusal) {
        below.append(try await make(target, link, output.format, on: place.loopBelow, in: graph))
      } catch {
        refused[link.id] = error
      }
    }
    return below
  }

  /// A place of the path before that goes on here: below the same parent, else one that hangs free.
  private func successor(at target: PathMap.Target, _ format: StreamFormat, below parent: Place) -> Place? {
    let fitting = { (place: Place) in
      free[place.id] != nil && fits(place, target, format, on: parent.loopBelow)
    }
    if let child = parent.below.first(where: { fitting($0) && kept.contains($0.id) }) { return child }
    return before.first { fitting($0) && !kept.contains($0.id) }
  }

  // MARK: New places

  private mutating func make(
    _ target: PathMap.Target, _ link: PlannedLink, _ format: StreamFormat, on loop: Loop,
    in graph: isolated RunningGraph
  ) async throws(StageRefusal) -> Place {
    let worker = target.isWorker && loop !== self.worker ? pinned(in: graph) : nil
    let request = StageRequest(
      stream: stream, port: link.to.port, format: format, offer: offer, origin: origin, loop: worker ?? loop)
    let made = try await target.node.makeStage(for: request)
    let output = made.output.map { Place.Output(port: map.mainOutput(of: link.to.node), format: $0) }
    let handoff = worker.map { self.handoff(to: $0, graph) }
    let id = graph.nextPlace()
    parts.stages[handoff?.place ?? id] = Crate(made.stage)
    if let handoff { parts.stages[id] = upperHalf(of: handoff, link.to.node, format, graph) }
    var place = Place(
      id: id, instance: target.instance, link: link.id, port: link.to.port, format: format, output: output, loop: loop,
      handoff: handoff)
    place.below = await below(place, in: graph)
    return place
  }

  /// nil where there are no workers.
  private mutating func pinned(in graph: isolated RunningGraph) -> Loop? {
    worker = worker ?? graph.nextWorker()
    return worker
  }

  private mutating func handoff(to worker: Loop, _ graph: isolated RunningGraph) -> Place.Handoff {
    lastHandoff += 1
    return Place.Handoff(
      id: HandoffID(stream: stream, number: lastHandoff), place: graph.nextPlace(), loop: worker)
  }

  /// Makes the ring between both halves; the reader waits in its crate.
  private mutating func upperHalf(
    of handoff: Place.Handoff, _ node: NodeID, _ format: StreamFormat, _ graph: isolated RunningGraph
  ) -> Crate<any Stage> {
    let ring = Ring.make(capacity: RouterCore.Handoff.capacity(for: format))
    let bell = HandoffBell(waker: handoff.loop.waker)
    parts.readers[handoff.id] = Crate(HandoffReader(reader: ring.reader, bell: bell))
    return Crate(HandoffStage(writer: ring.writer, bell: bell, dropped: graph.workerDrops(of: node)))
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
