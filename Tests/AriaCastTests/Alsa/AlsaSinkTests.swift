import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// The speaker on the real alsa-lib and a card that plays in real time.
@Suite(.serialized) struct AlsaSinkTests {
  static let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  /// Noise whose first and last frame are loud, so that its place in a recording is certain.
  static func noise(frames: Int, seed: UInt64, channels: Int = 2, peak: Int = 12_000) -> [Int16] {
    var generator = SeededGenerator(seed: seed)
    var samples = (0..<frames * channels).map { _ in Int16(Int.random(in: -peak...peak, using: &generator)) }
    for index in 0..<channels {
      samples[index] = Int16(peak)
      samples[samples.count - 1 - index] = Int16(-peak)
    }
    return samples
  }

  /// The sound between the silence before and after it.
  static func sounding(_ samples: [Int16]) -> ArraySlice<Int16> {
    guard let first = samples.firstIndex(where: { $0 != 0 }), let last = samples.lastIndex(where: { $0 != 0 }) else {
      return []
    }
    return samples[first...last]
  }

  /// Prepares and runs the node for as long as `body` takes.
  func playing(_ bench: SpeakerBench, _ body: (Task<NodeFailure?, Never>) async throws -> Void) async throws {
    try await bench.node.prepare()
    let node = bench.node
    let life = Task { () -> NodeFailure? in
      do throws(NodeFailure) { try await node.run() } catch { return error }
      return nil
    }
    do { try await body(life) } catch {
      await bench.stop()
      throw error
    }
    life.cancel()
    _ = await life.value
    await bench.stop()
  }

  @Test func `what is heard is what was sent, bit for bit`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let sent = Self.noise(frames: 48_000, seed: 1)
    try await playing(bench) { _ in
      let stream = try await bench.open(Self.stereo)
      await stream.send(sent.pcmBytes)
      await stream.close()
      #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= sent.count })
      #expect(stream.record.underruns.load(ordering: .relaxed) == 0)
      #expect(stream.record.playedPeriods.load(ordering: .relaxed) >= 100)
    }
    #expect(bench.cardUnderruns == 0)
    let heard = Array(Self.sounding(card.played.int16Samples))
    #expect(heard == sent, "\(heard.count) of \(sent.count) samples")
  }
}
