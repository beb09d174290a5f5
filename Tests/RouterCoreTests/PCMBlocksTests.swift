import RouterCore
import Testing

@Suite struct PCMBlocksTests {
  private static func blocks(from rate: Int = 48_000, frames: Int = 4) throws -> PCMBlocks {
    PCMBlocks(
      try PCMConverter(
        from: StreamFormat(sampleRate: rate, channels: 1),
        to: StreamFormat(sampleRate: 48_000, channels: 1, sample: .float32)), frames: frames)
  }

  /// 16-bit samples as bytes.
  private static func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  private static func whole(_ block: Span<Float>) -> [Int] { block.indices.map { Int(block[$0] * 32_768) } }

  @Test func `packets of any size become blocks of one`() throws {
    var blocks = try Self.blocks()
    var lent: [[Int]] = []
    for piece in [[1], [2, 3], [4, 5, 6, 7, 8, 9], [], [10]] as [[Int16]] {
      let bytes = Self.bytes(piece)
      let verdict = unsafe blocks.take(bytes.span.bytes) { block in
        lent.append(Self.whole(block))
        return .go
      }
      #expect(verdict == .go)
    }
    #expect(lent == [[1, 2, 3, 4], [5, 6, 7, 8]])
    #expect(blocks.held == 2)
    _ = blocks.pad { block in
      lent.append(Self.whole(block))
      return .go
    }
    #expect(lent.last == [9, 10, 0, 0] && blocks.held == 0)
  }

  @Test func `what a taker asks for is passed on`() throws {
    var blocks = try Self.blocks()
    let bytes = Self.bytes([1, 2, 3, 4, 5, 6, 7, 8])
    var count = 0
    let verdict = unsafe blocks.take(bytes.span.bytes) { _ in
      count += 1
      return count == 1 ? .pause : .go
    }
    #expect(verdict == .pause && count == 2)
  }

  @Test func `a gap is silence, at most a second of it`() throws {
    var blocks = try Self.blocks(frames: 1_000)
    var frames = 0
    var loud = 0
    let left = blocks.gap(frames: 50_000) { block in
      frames += block.count
      loud += block.indices.count { block[$0] != 0 }
      return .go
    }
    #expect(left == 2_000 && frames == 48_000 && loud == 0 && blocks.held == 0)
  }

  @Test func `what another rate looks ahead comes out at the end`() throws {
    var blocks = try Self.blocks(from: 24_000, frames: 100)
    var frames = 0
    let bytes = Self.bytes([Int16](repeating: 1_000, count: 2_400))
    _ = unsafe blocks.take(bytes.span.bytes) { block in
      frames += block.count
      return .go
    }
    #expect(frames + blocks.held < 4_800)
    blocks.drain { block in
      frames += block.count
      return .go
    }
    #expect(abs(frames + blocks.held - 4_800) <= 2)
  }
}
