import RouterCore
import Support
import Testing

@testable import AriaCast

/// How loud the card is, by its own volume control: the real simple mixer of alsa-lib on a control made of nothing.
extension AlsaSinkTests {
  @Test func `a control on the card is moved as wished, and the samples stay as they are`() async throws {
    let card = try PacedCard()
    card.setMixer(" 75 1")
    let bench = try SpeakerBench(card.device())
    try await bench.run {
      #expect(bench.volumes.count == 1)
      #expect(abs((bench.volumes.first?.percent ?? 0) - 51.4) < 0.1, "the card's own loudness stands")
      let stream = try await bench.open(Self.stereo)
      async let whole: Void = stream.send([Int16](repeating: 8000, count: 2 * 19_200).pcmBytes)
      await bench.set(VolumeEvent(percent: 50))
      #expect(await comesTrue { card.mixer == " 74 1" })
      await whole
      await stream.close()
      #expect(await comesTrue { Self.sounding(card.played.int16Samples).count >= 2 * 19_200 })
      await bench.set(VolumeEvent(percent: 100, isMuted: true))
      #expect(await comesTrue { card.mixer == "100 0" })
      await bench.set(VolumeEvent(percent: 0))
      #expect(await comesTrue { card.mixer == "  0 1" })
    }
    #expect(Set(Self.sounding(card.played.int16Samples)) == [8000])
    #expect(bench.volumes.map(\.percent).dropFirst() == [50, 100, 0])
  }

  @Test func `what somebody else does at the card's control is told, remembered and put back at the next start`()
    async throws
  {
    let store = FakeStore()
    let card = try PacedCard()
    card.setMixer(" 75 1")
    let bench = try SpeakerBench(card.device(), store: store)
    try await bench.run {
      card.setMixer("100 0")
      #expect(await comesTrue { bench.volumes.last == VolumeEvent(percent: 100, isMuted: true) })
    }
    #expect(await store.value("volume") == VolumeEvent(percent: 100, isMuted: true).json)
    card.setMixer(" 10 1")
    let next = try SpeakerBench(card.device(), store: store)
    try await next.run { #expect(await comesTrue { card.mixer == "100 0" }) }
  }

  @Test func `a control that is not there is said, with those that are, and software does it`() async throws {
    let card = try PacedCard()
    card.setMixer(" 75 1")
    let bench = try SpeakerBench(card.device(), mixer: .on(.control("Lautstärke")))
    try await bench.run { await bench.set(VolumeEvent(percent: 50)) }
    #expect(card.mixer == " 75 1")
    #expect(bench.words.contains { $0.contains("no such control") && $0.contains("Master") })
  }

  @Test func `with mixer false the card's control is left alone`() async throws {
    let card = try PacedCard()
    card.setMixer(" 75 1")
    let bench = try SpeakerBench(card.device(), mixer: .off)
    try await bench.run {
      await bench.set(VolumeEvent(percent: 50))
      #expect(bench.volumes == [VolumeEvent(percent: 100), VolumeEvent(percent: 50)])
    }
    #expect(card.mixer == " 75 1")
  }

  @Test func `a volume control that vanishes leaves the loudness to software`() async throws {
    let card = try PacedCard()
    card.setMixer(" 75 1")
    let bench = try SpeakerBench(card.device())
    try await bench.run {
      await bench.set(VolumeEvent(percent: 50))
      #expect(await comesTrue { card.mixer == " 74 1" })
      card.lower("mixer")
      #expect(await comesTrue { bench.words.contains { $0.contains("volume control is gone") } })
      let stream = try await bench.open(Self.stereo)
      async let whole: Void = stream.send([Int16](repeating: 8000, count: 2 * 48_000).pcmBytes)
      #expect(await comesTrue { card.played.int16Samples.last == 1000 })
      await stream.close()
      await whole
    }
  }
}
