import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct OpusDecoderTests {
  private static func packets() async throws -> [[UInt8]] {
    let stream = try await OpusBench.encode(OpusBench.tone(OpusBench.cd, frames: 9_600), OpusBench.cd)
    return try #require(OggPage.all(stream.recording.bytes)).flatMap(\.packets)
  }

  @Test(arguments: [8_000, 12_000, 16_000, 24_000, 48_000])
  func `a packet of 20 ms becomes 20 ms at every rate there is`(rate: Int) async throws {
    let packets = try await Self.packets()
    for channels in 1...2 {
      var decoder = try OpusDecoder(sampleRate: rate, channels: channels)
      var target = [Int16](repeating: 0, count: rate / 50 * channels)
      let first = decoder.decode(packets[0], into: &target)
      let lost = decoder.conceal(frames: rate / 50, into: &target)
      decoder.reset()
      let next = decoder.decode(packets[1], into: &target)
      #expect([first, lost, next] == [rate / 50, rate / 50, rate / 50])
    }
  }

  @Test(arguments: [(44_100, 2), (48_000, 0), (48_000, 3), (0, 1), (.max, 1)])
  func `other rates and channels are refused by name`(rate: Int, channels: Int) {
    #expect(throws: OpusFailure.self) { _ = try OpusDecoder(sampleRate: rate, channels: channels) }
  }

  @Test func `too little room, nothing at all and what is no packet are nil`() async throws {
    let packets = try await Self.packets()
    var decoder = try OpusDecoder(sampleRate: 48_000, channels: 2)
    var small = [Int16](repeating: 7, count: 959 * 2)
    let empty: [UInt8] = []
    let refused = [
      decoder.decode(packets[0], into: &small), decoder.decode(empty, into: &small),
      decoder.conceal(frames: 960, into: &small), decoder.conceal(frames: 0, into: &small),
      decoder.conceal(frames: 100, into: &small),
    ]
    #expect(refused.allSatisfy { $0 == nil })
    #expect(small.allSatisfy { $0 == 7 })
    var room = [Int16](repeating: 0, count: decoder.longestPacket * 2)
    let broken: [UInt8] = [0xFF, 0xFF, 0xFF]
    let nothing = decoder.decode(broken, into: &room)
    let sound = decoder.decode(packets[0], into: &room)
    #expect(nothing == nil && sound == 960)
  }

  @Test func `whatever arrives, nothing is written behind the frames it says`() async throws {
    let packets = try await Self.packets()
    var decoder = try OpusDecoder(sampleRate: 48_000, channels: 2)
    var random = SeededGenerator(seed: 8)
    for round in 0..<2_000 {
      var packet = packets[round % packets.count]
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        packet[Int.random(in: 0..<packet.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      packet.removeLast(Int.random(in: 0..<packet.count, using: &random))
      var target = [Int16](repeating: 0x5A5A, count: decoder.longestPacket * 2 + 64)
      let frames = decoder.decode(packet, into: &target) ?? 0
      let most = decoder.longestPacket
      #expect((0...most).contains(frames))
      #expect(target[(most * 2)...].allSatisfy { $0 == 0x5A5A })
    }
  }

  @Test(.enabled(if: allocation_counter_works())) func `decoding allocates nothing`() async throws {
    let packets = try await Self.packets()
    var decoder = try OpusDecoder(sampleRate: 48_000, channels: 2)
    var target = [Int16](repeating: 0, count: decoder.longestPacket * 2)
    let packet = packets[0]
    let before = allocation_count()
    for _ in 0..<50 { _ = decoder.decode(packet, into: &target) }
    _ = decoder.conceal(frames: 960, into: &target)
    #expect(allocation_count() == before)
  }
}

extension OpusDecoder {
  fileprivate mutating func decode(_ packet: [UInt8], into target: inout [Int16]) -> Int? {
    var span = target.mutableSpan
    return unsafe decode(packet.span.bytes, into: &span)
  }

  fileprivate mutating func conceal(frames: Int, into target: inout [Int16]) -> Int? {
    var span = target.mutableSpan
    return conceal(frames: frames, into: &span)
  }
}
