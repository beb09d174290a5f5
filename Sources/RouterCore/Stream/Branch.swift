/// A place in a stream's path: the stage that works there and the places below it.
///
/// A rewire edits places, never stages. Confined to the loop that drives the stream. Data thread.
public final class Branch {
  /// Tells this place from all others of the graph; 0 where nobody rewires.
  let place: PlaceID
  /// The node whose stage works here.
  public internal(set) var node: NodeID
  /// The link that leads here; empty at the root.
  public internal(set) var link: LinkID
  /// What arrives here.
  public let format: StreamFormat
  public internal(set) var stage: any Stage
  public internal(set) var below: [Branch]
  /// What came over the link since the path opened.
  public internal(set) var traffic = Traffic()
  /// Measures what arrives; nil while nobody looks.
  var tap: LevelTap?

  public convenience init(
    node: NodeID, link: LinkID = "", format: StreamFormat, stage: any Stage, below: [Branch] = []
  ) {
    self.init(place: 0, node: node, link: link, format: format, stage: stage, below: below)
  }

  init(place: PlaceID, node: NodeID, link: LinkID, format: StreamFormat, stage: any Stage, below: [Branch]) {
    self.place = place
    self.node = node
    self.link = link
    self.format = format
    self.stage = stage
    self.below = below
  }

  /// Lends a packet to the stage at this place.
  @inline(__always)
  public func lend(_ packet: Packet) -> Verdict {
    traffic.packets &+= 1
    traffic.frames &+= packet.frames
    traffic.bytes &+= packet.bytes.byteCount
    if let tap { tap.measure(packet) }
    return stage.receive(packet, self)
  }

  /// Lends a packet to every place below.
  @inline(__always)
  public func send(_ packet: Packet) -> Verdict {
    var verdict = Verdict.go
    for index in below.indices { verdict = verdict.joined(with: below[index].lend(packet)) }
    return verdict
  }

  /// Tells every place below that frames are missing.
  public func sendGap(frames: Int) {
    for index in below.indices {
      below[index].traffic.missing &+= frames
      below[index].stage.gap(frames: frames, below[index])
    }
  }

  /// Ends this place and everything below it, upstream first, so that tails flow down.
  package func finish(_ end: StreamEnd) {
    stage.finish(end, self)
    for index in below.indices { below[index].finish(end) }
  }

  /// Calls `body` for this place and every place below it.
  func visit(_ body: (Branch) -> Void) {
    body(self)
    for index in below.indices { below[index].visit(body) }
  }
}

/// Counts of one link for one stream.
public struct Traffic: Sendable, Equatable {
  public var packets = 0
  public var frames = 0
  public var bytes = 0
  /// Frames reported missing.
  public var missing = 0

  public init() {}

  public static func + (a: Traffic, b: Traffic) -> Traffic {
    var sum = a
    sum += b
    return sum
  }

  public static func += (a: inout Traffic, b: Traffic) {
    a.packets += b.packets
    a.frames += b.frames
    a.bytes += b.bytes
    a.missing += b.missing
  }
}

/// The level of what passes a place since it was last read. Only there while somebody looks.
final class LevelTap {
  private let format: StreamFormat
  private var level = Level()

  init(format: StreamFormat) { self.format = format }

  func measure(_ packet: Packet) { level.measure(packet.bytes, as: format.sample) }

  func take() -> Level {
    defer { level = Level() }
    return level
  }
}
