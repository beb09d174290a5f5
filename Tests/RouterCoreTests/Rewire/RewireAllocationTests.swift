import Support
import Testing

@testable import RouterCore

@Suite(.enabled(if: countsAllocations)) struct RewireAllocationTests {
  /// A root, a transform that is swapped, and a sink that counts.
  private func tree(_ loop: Loop, _ format: StreamFormat) async {
    await loop.open(
      1,
      draft(1, "a", PassStage(), format, [draft(2, "g", PassStage(), format, [draft(3, "k", Counter(), format, [])])]))
  }

  private func draft(
    _ place: PlaceID, _ node: NodeID, _ stage: sending (any Stage)?, _ format: StreamFormat, _ below: [BranchDraft]
  ) -> BranchDraft {
    let crate: Crate<any Stage>?
    if let stage { crate = Crate(stage) } else { crate = nil }
    return BranchDraft(place: place, node: node, link: node, format: format, fresh: crate, below: below)
  }

  /// Counts frames without memory of its own.
  private final class Counter: Stage {
    private(set) var frames = 0
    func receive(_ packet: Packet, _ next: Branch) -> Verdict {
      frames += packet.frames
      return .go
    }
  }

  @Test(arguments: [0, 5, 20])
  func `packets through the seam of a swap allocate nothing`(crossfadeMs: Int) async throws {
    let host = try FakeHost()
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    await tree(host.loop, format)
    let bytes = [UInt8](repeating: 3, count: 480 * format.bytesPerFrame)
    var counts: [UInt64] = []
    for round in 0..<20 {
      let place = PlaceID(10 + round)
      let swapped = draft(
        1, "a", nil, format, [draft(place, "g", PassStage(), format, [draft(3, "k", nil, format, [])])])
      await host.loop.commit(
        LoopEdit(
          trees: [TreeDraft(root: .stream(1), draft: swapped)], overlap: .milliseconds(crossfadeMs)))
      let count: UInt64 = await host.loop.perform { loop in
        guard let source = loop.source(1) else { return 1000 }
        return allocations {
          for _ in 0..<5 {
            _ = source.push(Packet(bytes: unsafe bytes.span.bytes, frames: 480, arrival: Instant(nanoseconds: 1)))
          }
        }
      }
      counts.append(count)
    }
    // The runtime looks things up the first time.
    #expect(counts.dropFirst().allSatisfy { $0 == 0 }, "\(counts)")
    await host.stop()
  }
}
