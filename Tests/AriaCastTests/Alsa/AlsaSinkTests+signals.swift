import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// What is sent, and how what was heard is looked at.
extension AlsaSinkTests {
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

  /// Compares what was heard with what was sent; tries again, twice at most, when they differ: on a machine too busy to
  /// feed the card in time samples are rightly lost.
  static func undisturbed(
    sourceLocation: SourceLocation = #_sourceLocation, _ attempt: () async throws -> (heard: [Int16], sent: [Int16])
  ) async throws {
    for _ in 0..<2 {
      let (heard, sent) = try await attempt()
      if heard == sent { return }
    }
    let (heard, sent) = try await attempt()
    expectEqual(heard, sent, sourceLocation: sourceLocation)
  }

  /// 1000 Hz.
  static func tone(frames: Int, rate: Int, channels: Int) -> [Int16] {
    let step: Double = 2 * .pi * 1000 / Double(rate)
    return (0..<frames).flatMap { (frame: Int) -> [Int16] in
      let sample: Double = 12_000 * sin(step * Double(frame))
      return [Int16](repeating: Int16(sample), count: channels)
    }
  }

  /// The upper halves of 32-bit samples.
  static func high(_ bytes: [UInt8]) -> [Int16] {
    let halves = bytes.int16Samples
    return stride(from: 1, to: halves.count, by: 2).map { halves[$0] }
  }

  /// Names the first difference: printing whole recordings takes minutes.
  static func expectEqual(_ heard: [Int16], _ sent: [Int16], sourceLocation: SourceLocation = #_sourceLocation) {
    if heard == sent { return }
    let place = zip(heard, sent).enumerated().first { $1.0 != $1.1 }?.offset
    Issue.record(
      "\(heard.count) samples heard of \(sent.count), first difference at \(place.map(String.init) ?? "the end")",
      sourceLocation: sourceLocation)
  }

  static func risingCrossings(_ samples: [Int16]) -> Int {
    zip(samples, samples.dropFirst()).count { $0 <= 0 && $1 > 0 }
  }
}
