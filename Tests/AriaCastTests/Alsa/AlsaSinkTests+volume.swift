import RouterCore
import Support
import Testing

@testable import AriaCast

/// How loud the card is, in software.
extension AlsaSinkTests {
  @Test func `the wished loudness is heard, told, remembered and taken up again`() async throws {
    let store = FakeStore()
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device(), store: store)
    try await bench.run {
      #expect(bench.volumes == [VolumeEvent(percent: 100)])
      let stream = try await bench.open(Self.stereo)
      async let whole: Void = stream.send([Int16](repeating: 8000, count: 2 * 96_000).pcmBytes)
      #expect(await comesTrue { card.played.int16Samples.last == 8000 })
      await bench.set(VolumeEvent(percent: 50))
      #expect(await comesTrue { card.played.int16Samples.last == 1000 })
      await stream.close()
      await whole
    }
    #expect(bench.volumes == [VolumeEvent(percent: 100), VolumeEvent(percent: 50)])
    let heard = card.played.int16Samples
    let falling = heard[(heard.firstIndex(of: 8000) ?? 0)...(heard.lastIndex(of: 1000) ?? 0)]
    let steps = zip(falling, falling.dropFirst()).map { abs(Int($0) - Int($1)) }
    if bench.faults == [0, 0, 0] {
      #expect(steps.allSatisfy { $0 <= 1 }, "200 ms down, no step larger than the smallest")
    }
    let again = try PacedCard()
    let next = try SpeakerBench(again.device(), store: store)
    try await next.run {
      #expect(next.volumes == [VolumeEvent(percent: 50)])
      let stream = try await next.open(Self.stereo)
      await stream.send([Int16](repeating: 8000, count: 2 * 9600).pcmBytes)
      await stream.close()
      #expect(await comesTrue { Self.sounding(again.played.int16Samples).count >= 2 * 9600 })
    }
    #expect(Set(Self.sounding(again.played.int16Samples)) == [1000], "from the first sample on")
  }

  @Test func `a loudness that comes before the card is there is the one that is used`() async throws {
    let store = FakeStore()
    await store.set("volume", to: VolumeEvent(percent: 10).json)
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device(), store: store)
    await bench.set(VolumeEvent(percent: 30, isMuted: true))
    try await bench.run { #expect(bench.volumes.last == VolumeEvent(percent: 30, isMuted: true)) }
    #expect(await store.value("volume") == VolumeEvent(percent: 30, isMuted: true).json)
  }
}
