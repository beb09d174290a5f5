import RouterCore

/// Passes every packet on: what is measured is the way, not the work.
final class Pass: Stage {
  func receive(_ packet: Packet, _ next: Branch) -> Verdict { next.send(packet) }
}

/// The end of the way: looks at one byte, so that nothing is optimised away.
final class End: Stage {
  private(set) var sum = 0
  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    sum &+= Int(packet.bytes.u8(0))
    return .go
  }
}

/// Measures what one hop from stage to stage costs; prints JSON.
@main struct Hop {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)
  static let packets = 2_000_000

  static func path(stages: Int) -> Branch {
    var branch = Branch(node: "end", format: format, stage: End())
    for number in 0..<stages {
      branch = Branch(node: "pass \(number)", format: format, stage: Pass(), below: [branch])
    }
    return branch
  }

  /// Nanoseconds per packet; the best of five runs, because noise only adds.
  static func cost(stages: Int) -> Double {
    let root = path(stages: stages)
    let memory = [UInt8](repeating: 1, count: 3_840)
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<5 {
      let took = clock.measure {
        for number in 0..<packets {
          let packet = unsafe Packet(
            bytes: memory.span.bytes, frames: 960, sequence: UInt64(number), arrival: Instant(nanoseconds: 0))
          _ = root.lend(packet)
        }
      }
      best = min(best, Double(took.components.attoseconds) / 1e9 + Double(took.components.seconds) * 1e9)
    }
    return best / Double(packets)
  }

  static func main() {
    let short = cost(stages: 1)
    let long = cost(stages: 11)
    print("{\"hopNs\": \((long - short) / 10), \"pushNs\": \(short)}")
  }
}
