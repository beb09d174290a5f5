import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct NibbleJudgeTests {
  private static func judge(_ frames: [[UInt8]], _ vector: Vector, isOdd: Bool? = nil) -> NibbleJudge {
    var judge = NibbleJudge(largest: vector.frameSamples)
    for (number, frame) in frames.enumerated() {
      guard let payload = ADPCMPayload(byteCount: frame.count, channels: vector.channels) else { continue }
      unsafe judge.look(
        at: payload, frame.span.bytes, sequence: UInt32(number), isOdd: isOdd ?? !vector.frameSamples.isMultiple(of: 2))
    }
    return judge
  }

  private static func swapped(_ vector: Vector) -> [[UInt8]] {
    vector.frames.map { $0.enumerated().map { $0 < 4 * vector.channels ? $1 : $1 << 4 | $1 >> 4 } }
  }

  /// In silence both orders fit every pair; one square wave and the first frames of impulses are as symmetric.
  static let tellable = Vector.all.filter { !$0.name.hasPrefix("silence") && !$0.name.hasPrefix("short") }

  @Test(arguments: tellable)
  func `the order is found, whichever it is`(vector: Vector) {
    let high = Self.judge(vector.frames, vector)
    let low = Self.judge(Self.swapped(vector), vector)
    #expect(high.order == .high)
    #expect(!low.isDecided || low.order == .low)
    if vector.name.hasPrefix("sine") || vector.name.hasPrefix("noise") || vector.name == "odd_frame_22k" {
      #expect(high.isDecided && low.isDecided)
    }
  }

  @Test func `silence decides nothing and keeps the default`() {
    for vector in Vector.all where vector.name.hasPrefix("silence") {
      let judge = Self.judge(vector.frames, vector)
      #expect(!judge.isDecided && judge.order == .high)
    }
  }

  @Test func `it never changes its mind`() throws {
    let vector = try #require(Vector.all.first { $0.name == "noise_8k" })
    let judge = Self.judge(vector.frames + Self.swapped(vector), vector)
    #expect(judge.isDecided && judge.order == .high)
  }

  @Test func `frames that do not follow each other are not compared`() throws {
    let vector = try #require(Vector.all.first { $0.name == "noise_8k" })
    var judge = NibbleJudge(largest: vector.frameSamples)
    for (number, frame) in vector.frames.enumerated() {
      let payload = try #require(ADPCMPayload(byteCount: frame.count, channels: 1))
      unsafe judge.look(at: payload, frame.span.bytes, sequence: UInt32(2 * number), isOdd: false)
    }
    #expect(!judge.isDecided)
  }

  @Test func `random frames never crash it`() {
    var random = SeededGenerator(seed: 3)
    var judge = NibbleJudge(largest: 64)
    for number in 0..<2_000 {
      let bytes = (0..<Int.random(in: 4...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      guard let payload = ADPCMPayload(byteCount: bytes.count, channels: 1) else { continue }
      unsafe judge.look(at: payload, bytes.span.bytes, sequence: UInt32(number), isOdd: number.isMultiple(of: 2))
    }
  }
}
