/// The end of the old way into a seam. Data thread.
final class OldWay: Stage {
  private let seam: Seam
  init(_ seam: Seam) { self.seam = seam }
  func receive(_ packet: Packet, _ next: Branch) -> Verdict { seam.takeOld(packet) }
  func gap(frames: Int, _ next: Branch) { seam.gap(frames: frames, isOld: true) }
  func finish(_ end: StreamEnd, _ next: Branch) { seam.endOld() }
}

/// The end of the new way into a seam; the place that goes on hangs below. Data thread.
final class NewWay: Stage {
  private let seam: Seam
  init(_ seam: Seam) { self.seam = seam }
  func receive(_ packet: Packet, _ next: Branch) -> Verdict { seam.takeNew(packet) }
  func gap(frames: Int, _ next: Branch) {
    if seam.isOver { next.sendGap(frames: frames) } else { seam.gap(frames: frames, isOld: false) }
  }
  func finish(_ end: StreamEnd, _ next: Branch) { seam.settle() }
}

/// Leads the tail of a way that ends into the place that goes on, without ending that. Data thread.
final class TailWay: Stage {
  private let output: Branch
  init(into output: Branch) { self.output = output }
  func receive(_ packet: Packet, _ next: Branch) -> Verdict { output.lend(packet) }
  func gap(frames: Int, _ next: Branch) {}
}

/// Lets a stage that is taken out go on for the frames of the overlap, then finishes it and everything below it.
/// Data thread.
final class OutgoingStage: Stage {
  private let stage: any Stage
  private let format: StreamFormat
  private var left: Int
  private var isOver = false
  /// What hung below, until the change is cleared away.
  private(set) var parked: [Branch] = []

  /// - Parameter frames: Frames of the stage's input still to come.
  init(_ stage: any Stage, format: StreamFormat, frames: Int) {
    self.stage = stage
    self.format = format
    left = frames
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    if isOver { return .go }
    let count = min(left, packet.wholeFrames(of: format))
    left -= count
    let verdict = count > 0 ? stage.receive(packet.part(from: 0, limit: count, of: format), next) : .go
    if left == 0 { end(.disconnected, next) }
    return verdict == .pause ? .pause : .go
  }

  func gap(frames: Int, _ next: Branch) {
    if isOver { return }
    let count = min(left, frames)
    left -= count
    stage.gap(frames: count, next)
    if left == 0 { end(.disconnected, next) }
  }

  func finish(_ end: StreamEnd, _ next: Branch) { self.end(end, next) }

  private func end(_ end: StreamEnd, _ next: Branch) {
    if isOver { return }
    isOver = true
    stage.finish(end, next)
    for index in next.below.indices { next.below[index].finish(end) }
    swap(&parked, &next.below)
  }
}
