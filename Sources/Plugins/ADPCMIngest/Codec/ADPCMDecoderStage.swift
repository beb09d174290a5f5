import RouterCore

/// One stream at an `adpcm.decoder`. Data thread.
final class ADPCMDecoderStage: Stage {
  private let channels: Int
  private let isOdd: Bool
  private let counters: ADPCMCounters
  private var order: NibbleOrder
  /// Looks on until it knows; nil where the order is given.
  private var judge: NibbleJudge?
  private var samples: [Int16]

  init(channels: Int, _ facts: StreamFacts.Frames, _ order: ADPCMDecoder.Order, counters: ADPCMCounters) {
    self.channels = channels
    self.counters = counters
    isOdd = !facts.samples.isMultiple(of: 2)
    self.order = order == .low ? .low : .high
    judge = order == .auto ? NibbleJudge(largest: facts.largest) : nil
    samples = [Int16](repeating: 0, count: facts.largest * channels)
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    guard let payload = ADPCMPayload(byteCount: packet.bytes.byteCount, channels: channels),
      payload.frames * channels <= samples.count
    else {
      counters.broken.add()
      next.sendGap(frames: packet.frames)
      return .go
    }
    if judge != nil { judgeOrder(payload, packet) }
    counters.frames.add()
    var target = samples.mutableSpan
    if !payload.decode(packet.bytes, order, into: &target) {
      counters.wrongIndex.add()
      for index in 0..<payload.frames * channels { target[index] = 0 }
    }
    let lent = samples
    let bytes = unsafe lent.span.bytes.extracting(0..<2 * payload.frames * channels)
    return next.send(packet.carrying(bytes, frames: payload.frames))
  }

  private func judgeOrder(_ payload: ADPCMPayload, _ packet: Packet) {
    judge?.look(at: payload, packet.bytes, sequence: UInt32(truncatingIfNeeded: packet.sequence), isOdd: isOdd)
    guard let judge, judge.isDecided else { return }
    order = judge.order
    if order == .low { counters.lowFirst.add() }
    self.judge = nil
  }
}
